"""P4: a model that takes longer than a channel waits, also when its process is killed meanwhile."""

import time
from functools import partial

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.oracle import judge
from benchmarks.chaos.people import Message
from benchmarks.chaos.repeats import at_once
from benchmarks.chaos.stage import Scale, Stage, say, wait_for

CLIENT_GOAL = 8.0
_CONTROL_PEOPLE = 8


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """Once undisturbed, once killed after the holding reply; the controls wait for the model, and keep no receipt."""
    stage.providers.seconds = scale.model_seconds
    slowest, wrong, evidence = slow_answers(stage, "p4", scale.late, killed=False)
    slowest_killed, wrong_killed, more = slow_answers(stage, "p4k", scale.late // 2, killed=True)
    say("P4: the controls")
    impatient = _patient_control(stage, _CONTROL_PEOPLE)
    unanswered = _killed_control(stage, scale.late // 2)
    what = f"model at {scale.model_seconds:.0f} s, {scale.late} people"
    goal = f"< {CLIENT_GOAL:.0f} s, each answer pushed once"
    return [
        Figure(
            "P4",
            what,
            goal,
            f"{slowest:.1f} s at most, {wrong} not pushed once",
            f"with a budget of 60 s: {impatient} of {_CONTROL_PEOPLE} without a reply in {CLIENT_GOAL:.0f} s",
            slowest < CLIENT_GOAL and wrong == 0 < impatient,
            evidence,
        ),
        Figure(
            "P4",
            f"the same, killed after the holding reply, {scale.late // 2} people",
            goal,
            f"{slowest_killed:.1f} s at most, {wrong_killed} not pushed once, {len(stage.uncertain())} uncertain",
            f"a task on Celery's defaults: {unanswered} never pushed",
            slowest_killed < CLIENT_GOAL and wrong_killed == 0 < unanswered,
            more,
        ),
    ]


def slow_answers(stage: Stage, name: str, people: int, *, killed: bool) -> tuple[float, int, list[str]]:
    """The slowest reply, how many answers were not pushed exactly once, and which."""
    say(f"P4: {people} slow answers{', killed' if killed else ''}")
    channel = stage.channel()
    messages = _messages(name, people)
    at_once([partial(channel.insist, one) for one in messages])
    if killed:
        stage.kill("web", "worker", "jobs")
    stage.settle()
    # A second push of the same answer would come by now.
    time.sleep(1)
    told = judge(messages, channel.replies, stage.providers.pushed, stage.uncertain())
    pushes = {one.marker: len(stage.providers.pushed[one.marker]) for one in messages}
    wrong = [f"{marker} pushed {count} times" for marker, count in pushes.items() if count != 1]
    wrong = [words for words in wrong if words.split()[0] not in stage.uncertain()]
    return max(reply.seconds for reply in channel.replies), len(wrong), [*wrong, *told.doubled]


def _patient_control(stage: Stage, people: int) -> int:
    """Without a deadline: how many have no reply by the time they should."""
    with stage.product.web("wsgi:app", "patient", {"REPLY_BUDGET_SECONDS": "60"}) as address:
        channel = stage.channel(address)
        messages = _messages("cp", people)
        at_once([partial(channel.send, one) for one in messages])
        stage.settle()
    return people - sum(reply.seconds < CLIENT_GOAL for reply in channel.replies)


def _killed_control(stage: Stage, people: int) -> int:
    """The same on Celery's defaults: how many answers have not come long after they should have."""
    with stage.naive() as channel:
        messages = _messages("c4", people)
        at_once([partial(channel.insist, one) for one in messages])
        time.sleep(2)
        stage.kill("naive-worker")
        wait_for(lambda: not _missing(stage, messages), 2 * stage.providers.seconds)
        return len(_missing(stage, messages))


def _messages(name: str, people: int) -> list[Message]:
    first = sum(name.encode()) * 1000
    return [Message(f"+57330{first + number:07d}", f"[{name}.{number}]") for number in range(people)]


def _missing(stage: Stage, messages: list[Message]) -> list[Message]:
    return [one for one in messages if one.marker not in stage.providers.pushed]
