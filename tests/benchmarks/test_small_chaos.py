"""A small part of `make chaos`, on real processes: kills, repeats, two messages at once, a model that is too slow."""

import json

import pytest

from benchmarks.chaos.asynchronous import kill_under_bursts
from benchmarks.chaos.crashes import kill_under_load
from benchmarks.chaos.late import slow_answers
from benchmarks.chaos.model_faults import TALKS, Talk, judge_talks
from benchmarks.chaos.oracle import judge
from benchmarks.chaos.people import Message, Reply
from benchmarks.chaos.postgres_faults import hung_under_load
from benchmarks.chaos.repeats import lost_updates, one_event_repeated
from benchmarks.chaos.stage import Stage, stage
from benchmarks.chaos.uploads import deliver, never_asks, saves_as_it_goes, uploads
from benchmarks.chaos.wires import courier_wire
from cci_app.assistants.files import load_specs
from config.settings import ROOT

# Parts are started again while people write, each from a thread of its own.
pytestmark = pytest.mark.filterwarnings("default:This process .* is multi-threaded:DeprecationWarning")

# All of it shares one product: minutes, where others are at work on the machine.
LONGEST_SECONDS = 900
SEED = 7


@pytest.mark.timeout(LONGEST_SECONDS)
def test_the_product_under_faults() -> None:
    # One test, because all of it shares one product; and a shorter budget, because the slow model is shorter, too.
    with stage(SEED, {"REPLY_BUDGET_SECONDS": "4"}) as scene:
        kills_lose_and_double_nothing(scene)
        a_burst_is_one_reply_also_when_the_worker_is_killed(scene)
        scene.providers.seconds = 0.2
        assert one_event_repeated(scene, "r5", events=3, repeats=10) == (3, 3, 30)
        assert lost_updates(scene, scene.channel(), "r6", people=8, settle=scene.settle) == 0
        nobody_waits_for_a_database_that_hangs(scene)
        scene.providers.seconds, scene.providers.spread = 5.0, 0.0
        _, wrong, evidence = slow_answers(scene, "p4", people=4, killed=False)
        assert wrong == 0, evidence


def kills_lose_and_double_nothing(scene: Stage) -> None:
    verdict, recoveries = kill_under_load(scene, messages=60, people=12, kills=2)
    assert verdict.messages >= 60
    assert verdict.clean, verdict.evidence
    assert recoveries
    assert scene.messages("r1") == (verdict.messages, verdict.messages)


def a_burst_is_one_reply_also_when_the_worker_is_killed(scene: Stage) -> None:
    killed = kill_under_bursts(scene, courier_wire(scene), "r1a", bursts=2, people=4, kills=1)
    verdict = killed.verdict
    assert verdict.messages == 4 * 2 * 3
    assert verdict.clean, verdict.evidence
    assert killed.split == []
    assert scene.messages("r1a") == (24, 24)
    # Three messages, one turn, one reply, sent once: eight bursts are eight parts. A kill while one is being sent
    # leaves it uncertain, and nobody sends that again.
    uncertain = scene.count("SELECT count(*) FROM outbound_messages WHERE state = 'uncertain'")
    assert 8 - uncertain <= len(scene.courier.carried) <= 8


def nobody_waits_for_a_database_that_hangs(scene: Stage) -> None:
    channel = scene.channel()
    verdict, _ = hung_under_load(scene, channel, "r4a", seconds=6, people=6)
    # While it hangs there is no other way to an answer.
    assert channel.broken["503"] > 0
    assert set(channel.broken) == {"503"}
    assert verdict.clean, verdict.evidence


def test_uploads_that_are_cut_arrive_whole_and_the_controls_do_not() -> None:
    assert uploads(deliver, SEED, count=2, faults={}) == (2, 0, [])
    assert uploads(never_asks, SEED, count=2, faults={})[0] == 0
    _, shown, _ = uploads(saves_as_it_goes, SEED, count=1, faults={})
    assert shown > 0


def test_what_a_person_must_not_read_is_seen() -> None:
    def reply(text: str, question: int | None, seconds: float = 0.1) -> Reply:
        body = json.dumps({"response": text, "user_status": {"current_question": question}})
        return Reply(Message("+573000000001", "[t]"), body, at=1.0, seconds=seconds)

    first, second = TALKS["es"][:2]
    spec = load_specs(ROOT / "config" / "assistants")["cci"]
    right: Talk = [(first, reply("1/7 · ¿Ya pudo entrar?", 1)), (second, reply("2/7 · ¿Cuáles?", 2))]
    found = judge_talks([right])
    assert (found.sent, found.answered, found.errors, found.finished) == (2, 2, 0, 1)
    for wrong, errors, answered in (
        (reply(spec.texts.apology["es"], 1), 1, 2),
        (reply("Error code: 429", 2), 1, 2),
        (reply(spec.texts.holding["es"], 2), 0, 1),
        (reply("2/7", 2, seconds=9.0), 0, 1),
        (reply("1/7", 1), 0, 2),
        (None, 0, 1),
    ):
        found = judge_talks([[right[0], (second, wrong)]])
        assert (found.errors, found.answered, found.finished) == (errors, answered, 0), wrong


def test_the_oracle_sees_what_is_wrong() -> None:
    first, second, third = (Message("+573000000001", f"[t.{number}]") for number in range(3))
    replies = [
        Reply(second, '{"response": "answer 1 to [t.1]"}', at=1.0, seconds=0.1),
        Reply(first, '{"response": "answer 1 to [t.0]"}', at=2.0, seconds=0.1),
        Reply(first, '{"response": "answer 1 to [t.0]"}', at=3.0, seconds=0.1),
    ]
    verdict = judge([first, second, third], replies, {"[t.0]": [(4.0, "answer 1 to [t.0]")]})
    assert (verdict.lost, verdict.told) == (["[t.2]"], ["[t.2] read []"])
    assert verdict.doubled == ["[t.0]: push 0, reply to [t.0] (1)"]
    assert verdict.disordered == ["[t.1]"]
    assert judge([first], replies[1:], {}).clean
