"""A small part of `make chaos`, on real processes: kills, repeats, two messages at once, a model that is too slow."""

import pytest

from benchmarks.chaos.crashes import kill_under_load
from benchmarks.chaos.late import slow_answers
from benchmarks.chaos.oracle import judge
from benchmarks.chaos.people import Message, Reply
from benchmarks.chaos.repeats import lost_updates, one_event_repeated
from benchmarks.chaos.stage import Stage, stage
from benchmarks.chaos.uploads import deliver, never_asks, saves_as_it_goes, uploads

# Parts are started again while people write, each from a thread of its own.
pytestmark = pytest.mark.filterwarnings("default:This process .* is multi-threaded:DeprecationWarning")

SEED = 7


def test_the_product_under_faults() -> None:
    # One test, because all of it shares one product; and a shorter budget, because the slow model is shorter, too.
    with stage(SEED, {"REPLY_BUDGET_SECONDS": "4"}) as scene:
        kills_lose_and_double_nothing(scene)
        scene.providers.seconds = 0.2
        assert one_event_repeated(scene, "r5", events=3, repeats=10) == (3, 3, 30)
        assert lost_updates(scene, scene.channel(), "r6", people=8, settle=scene.settle) == 0
        scene.providers.seconds, scene.providers.spread = 5.0, 0.0
        _, wrong, evidence = slow_answers(scene, "p4", people=4, killed=False)
        assert wrong == 0, evidence


def kills_lose_and_double_nothing(scene: Stage) -> None:
    verdict, recoveries = kill_under_load(scene, messages=60, people=12, kills=2)
    assert verdict.messages >= 60
    assert verdict.clean, [*verdict.lost, *verdict.doubled, *verdict.disordered]
    assert recoveries
    assert scene.messages("r1") == (verdict.messages, verdict.messages)


def test_uploads_that_are_cut_arrive_whole_and_the_controls_do_not() -> None:
    assert uploads(deliver, SEED, count=2, faults={}) == (2, 0, [])
    assert uploads(never_asks, SEED, count=2, faults={})[0] == 0
    _, shown, _ = uploads(saves_as_it_goes, SEED, count=1, faults={})
    assert shown > 0


def test_the_oracle_sees_what_is_wrong() -> None:
    first, second, third = (Message("+573000000001", f"[t.{number}]") for number in range(3))
    replies = [
        Reply(second, '{"response": "answer 1 to [t.1]"}', at=1.0, seconds=0.1),
        Reply(first, '{"response": "answer 1 to [t.0]"}', at=2.0, seconds=0.1),
        Reply(first, '{"response": "answer 1 to [t.0]"}', at=3.0, seconds=0.1),
    ]
    verdict = judge([first, second, third], replies, {"[t.0]": [(4.0, "answer 1 to [t.0]")]})
    assert verdict.lost == ["[t.2]"]
    assert verdict.doubled == ["[t.0]: push 0, reply to [t.0] (1)"]
    assert verdict.disordered == ["[t.1]"]
    assert judge([first], replies[1:], {}).clean
