"""R11, its first half: a polite end under load, as every new version brings one."""

from collections import Counter

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.oracle import Verdict, judge
from benchmarks.chaos.people import People
from benchmarks.chaos.stage import Scale, Stage, say, wait_for
from cci_app.embedded import processes

_MODEL_SECONDS = 0.5
_PAUSE_SECONDS = 0.1
_PEOPLE = 30
_MESSAGES_BETWEEN = 150
_GRACE_SECONDS = 60.0


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """Stop politely; the control kills."""
    errors, verdict = stopped_under_load(stage, "r11", scale.stops, politely=True)
    broken = sum(errors.values())
    control, _ = stopped_under_load(stage, "c11", 1, politely=False)
    return [
        Figure(
            "R11",
            f"SIGTERM to web and worker {scale.stops} times under load, {verdict.messages} messages",
            "0 failed requests, 0 lost",
            f"{broken} failed, {verdict}",
            f"SIGKILL instead, once: {sum(control.values())} failed",
            broken == 0 < sum(control.values()) and verdict.clean,
            [*map(str, errors.items()), *verdict.evidence],
        )
    ]


def stopped_under_load(stage: Stage, name: str, stops: int, *, politely: bool) -> tuple[Counter[str], Verdict]:
    """The accepted requests that brought no reply, by their error, and what people were told."""
    say(f"R11: {stops} {'polite ends' if politely else 'kills'} under load")
    stage.providers.seconds = _MODEL_SECONDS
    channel = stage.channel()
    writers = People(channel, name, seed=stage.seed, people=_PEOPLE, messages=10_000, pause=_PAUSE_SECONDS)
    writers.start()
    for number in range(stops):
        wait_for(lambda: writers.answered >= _MESSAGES_BETWEEN * (number + 1), _GRACE_SECONDS)  # noqa: B023
        if not politely:
            stage.kill("web", "worker", "jobs")
            continue
        for part in ("web", "worker", "jobs"):
            stage.product.processes[part].terminate()
        for part in ("web", "worker", "jobs"):
            processes.stop(stage.product.processes[part], grace=_GRACE_SECONDS)
            stage.product.restart(part)
    wait_for(lambda: writers.answered >= _MESSAGES_BETWEEN * (stops + 1), _GRACE_SECONDS)
    writers.finish()
    writers.join()
    stage.settle()
    verdict = judge(writers.sent, channel.replies, stage.providers.pushed, stage.uncertain())
    return channel.broken, verdict
