"""R1 and R2: every process that answers or works is killed, again and again, under load."""

import random
import time
from collections.abc import Callable

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.oracle import Verdict, judge
from benchmarks.chaos.people import People
from benchmarks.chaos.stage import Scale, Stage, say, wait_for

RECOVERY_GOAL = 10.0
_LONGEST_RECOVERY = 60.0
_IN_FLIGHT = 2
_MODEL_SECONDS = 0.3
_PAUSE_SECONDS = 0.3
_ON_THE_WAY_SECONDS = 0.1


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """Kill the product, then the control, in the same way."""
    stage.providers.seconds, stage.providers.spread = _MODEL_SECONDS, 0.5
    verdict, recoveries = kill_under_load(stage, scale.messages, scale.people, scale.kills)
    _, rows = stage.messages("r1")
    control = kill_control(stage, scale)
    slowest = max(recoveries, default=0.0)
    uncertain = len(stage.uncertain())
    return [
        Figure(
            "R1",
            f"kill -9 of web and Celery {scale.kills} times in {verdict.messages} messages, 10 % sent twice",
            "0 lost, 0 doubled, 0 disordered",
            f"{verdict} ({uncertain} uncertain, {verdict.late} late, {rows} rows)",
            f"a task on Celery's defaults, {scale.control_kills} kills in {control.messages}: {control}",
            verdict.clean
            and rows == verdict.messages
            and len(recoveries) > scale.kills // 2
            and bool(control.lost and control.doubled and control.disordered),
            verdict.evidence,
        ),
        Figure(
            "R2",
            "from a kill to the first of the answers that were being made",
            f"< {RECOVERY_GOAL:.0f} s each",
            f"{slowest:.1f} s at most, {sorted(recoveries)[len(recoveries) // 2]:.1f} s median",
            f"a task on Celery's defaults: {len(control.lost)} never",
            0 < slowest < RECOVERY_GOAL and bool(control.lost),
        ),
    ]


def kill_under_load(stage: Stage, messages: int, people: int, kills: int) -> tuple[Verdict, list[float]]:
    """Kill the product while people write; what people were told, and how many seconds each recovery took."""
    chance = random.Random(stage.seed)
    writers = People(stage.channel(), "r1", seed=stage.seed, people=people, messages=messages, pause=_PAUSE_SECONDS)
    writers.start()
    recoveries = []
    for number in range(kills):
        part = messages * (number + 1) / (kills + 1)
        stage.supervise(lambda: writers.answered >= part, _LONGEST_RECOVERY)  # noqa: B023
        stage.supervise(lambda: len(_being_made(stage, writers)) >= _IN_FLIGHT, _LONGEST_RECOVERY)
        # All the way down, or only those that work while their parents live on.
        recovered = _strike(stage, writers, stage.kill_children if number % 2 else stage.kill)
        recoveries += [recovered] if recovered is not None else []
        say(f"R1: kill {number + 1} of {kills}, recovered after {recovered or 0:.1f} s")
        time.sleep(chance.uniform(0.5, 2.5))
    stage.supervise(lambda: writers.answered >= messages, _LONGEST_RECOVERY * 2)
    writers.finish()
    stage.supervise(lambda: not writers.writing, _LONGEST_RECOVERY * 2)
    stage.settle()
    verdict = judge(writers.sent, writers.channel.replies, stage.providers.pushed, stage.uncertain())
    return verdict, recoveries


def _strike(stage: Stage, writers: People, kill: Callable[..., None]) -> float | None:
    """Kill, and wait until one of the answers in the making is there; the seconds that took, None if none was."""
    in_flight = _being_made(stage, writers)
    struck = time.monotonic()
    kill("web", "worker", "jobs")
    # What left just before the kill was not in flight any more.
    time.sleep(_ON_THE_WAY_SECONDS)
    in_flight &= _being_made(stage, writers)
    if not in_flight:
        return None
    given = (writers.channel.seen, stage.providers.pushed)
    stage.supervise(lambda: any(marker in seen for marker in in_flight for seen in given), _LONGEST_RECOVERY)
    return time.monotonic() - struck


def _being_made(stage: Stage, writers: People) -> set[str]:
    """The markers of messages that the model was asked about and that have no reply yet."""
    return {one.marker for one in list(writers.in_flight.values()) if stage.providers.asked[one.text]}


def kill_control(stage: Stage, scale: Scale) -> Verdict:
    """The same against a task on Celery's defaults; it gets as long again to finish what it was given."""
    people = scale.people // 2
    messages = scale.control_messages // people
    with stage.naive() as channel:
        writers = People(channel, "c1", seed=stage.seed, people=people, messages=messages, pause=_PAUSE_SECONDS)
        writers.start()
        for number in range(scale.control_kills):
            part = people * messages * (number + 1) / (scale.control_kills + 1)
            wait_for(lambda: writers.answered >= part, _LONGEST_RECOVERY)  # noqa: B023
            stage.kill("naive-web", "naive-worker")
        writers.join()
        wait_for(lambda: all(message.marker in stage.providers.pushed for message in writers.sent), RECOVERY_GOAL * 2)
    return judge(writers.sent, channel.replies, stage.providers.pushed)
