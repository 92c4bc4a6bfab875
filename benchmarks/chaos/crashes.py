"""R1 and R2: every process that answers or works is killed, again and again, under load."""

import time
from collections.abc import Callable

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.oracle import Verdict, judge
from benchmarks.chaos.people import People
from benchmarks.chaos.stage import Scale, Stage, say, wait_for

RECOVERY_GOAL = 10.0
_LONGEST_RECOVERY = 60.0
_IN_FLIGHT = 4
_MODEL_SECONDS = 0.3
_PAUSE_SECONDS = 0.3


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """Kill the product, then the control, in the same way."""
    verdict, recoveries = kill_under_load(stage, scale.messages, scale.people, scale.kills)
    _, rows = stage.messages("r1")
    control = kill_control(stage, scale)
    slowest = max(recoveries, default=0.0)
    uncertain = len(stage.uncertain())
    return [
        Figure(
            "R1",
            f"kill -9 of web and Celery {len(recoveries)} times in {verdict.messages} messages, 10 % sent twice",
            "0 lost, 0 doubled, 0 disordered",
            f"{verdict} ({uncertain} uncertain, {verdict.late} late, {rows} rows)",
            f"a task on Celery's defaults, {scale.control_kills} kills in {control.messages}: {control}",
            verdict.clean
            and rows == verdict.messages
            and len(recoveries) == scale.kills
            and bool(control.lost and control.doubled and control.disordered),
            [*verdict.lost, *verdict.doubled, *verdict.disordered],
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
    """Kill the product while people write; what people were told, and how long each recovery took in seconds."""
    stage.providers.seconds = _MODEL_SECONDS
    writers = People(
        stage.channel(), "r1", seed=stage.seed, people=people, messages=messages // people, pause=_PAUSE_SECONDS
    )
    writers.start()
    recoveries = []
    for number in range(kills):
        wait_for(lambda: writers.answered * (kills + 1) >= messages * (number + 1), _LONGEST_RECOVERY)  # noqa: B023
        if not wait_for(lambda: len(writers.in_flight) >= _IN_FLIGHT or not writers.writing, _LONGEST_RECOVERY):
            break
        # All the way down, or only those that work while their parents live on.
        recoveries.append(_strike(stage, writers, stage.kill_children if number % 2 else stage.kill))
        say(f"R1: kill {number + 1} of {kills}, recovered after {recoveries[-1]:.1f} s")
    writers.join()
    stage.settle()
    return judge(writers.sent, writers.channel.replies, stage.providers.pushed, stage.uncertain()), recoveries


def _strike(stage: Stage, writers: People, kill: Callable[[str, str], None]) -> float:
    """Kill, and wait until one of the answers that were being made is there; the seconds that took."""
    seen, asked = writers.channel.seen, stage.providers.asked
    in_flight = {one.marker for one in list(writers.sent) if one.marker in writers.in_flight and asked[one.text]}
    struck = time.monotonic()
    kill("web", "worker")
    # What had left before the kill was not in flight any more.
    in_flight -= {marker for marker in in_flight if seen.get(marker, struck + 1) <= struck}
    wait_for(lambda: any(marker in seen or marker in stage.providers.pushed for marker in in_flight), _LONGEST_RECOVERY)
    return time.monotonic() - struck


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
