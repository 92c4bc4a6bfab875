"""The report on a version: what made-up people found beside the version that serves, and what the record tells.

It is JSON of figures and of made-up talks. What real people said stands in it only where whoever asks for the report
has it written to a file of their own.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median, quantiles
from typing import Any, Final

from cci_app.assistants.assistant import Assistant
from cci_app.assistants.experiments.statistics import Arm, newcombe
from cci_app.core import clock
from cci_app.evaluation.simulation.backtest import Compared, backtest
from cci_app.evaluation.simulation.people import MadeUpPerson
from cci_app.evaluation.simulation.pictured import decision
from cci_app.evaluation.simulation.recorded import recorded_figures
from cci_app.evaluation.simulation.talking import Talk, talk
from cci_app.llm.chat import Chat

MOST_TALKS: Final = 2_000
_SHOWN_TALKS: Final = 12
_SHOWN_TURNS: Final = 200
_TURN_SECONDS: Final = 20.0
_REPEATED_SECONDS: Final = 7.5


@dataclass(frozen=True, slots=True)
class EvaluationOrder:
    """What to try: how often each made-up person talks, from which seed on, and how many recorded conversations."""

    people: Sequence[MadeUpPerson]
    times: int = 3
    seed: int = 1
    recorded: int = 0
    region: str = "CO"


def make_report(
    organisation_id: int,
    control: Assistant,
    candidate: Assistant | None,
    order: EvaluationOrder,
    *,
    player: Chat | None = None,
    with_words: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """The report on `candidate` beside `control`, or on `control` alone.

    `with_words`: what real people said stands in it too.
    """
    versions = [control, *([candidate] if candidate else [])]
    made_up = [(each, order.seed + number) for number in range(order.times) for each in order.people]
    total, done = len(made_up) * len(versions), 0
    at = clock.now()
    talks: list[list[Talk]] = [[] for _ in versions]
    for each, seed in made_up:
        # Both hear the same, one after the other: what a machine is busy with at the moment meets both.
        order_of_versions = list(range(len(versions)))
        random.Random(f"{each.name} {seed}").shuffle(order_of_versions)  # noqa: S311 (no secret)
        for place in order_of_versions:
            spoken = talk(versions[place], organisation_id, each, seed, at, seconds=_TURN_SECONDS, player=player)
            talks[place].append(spoken)
            done += 1
            if progress is not None:
                progress(done, total)
    report = {
        "assistant": control.name,
        "title": control.spec.title,
        "made_at": at.isoformat(),
        "seed": order.seed,
        "played_by_a_model": player is not None,
        "control": control.version,
        "candidate": candidate.version if candidate else None,
        "versions": [
            {"version": version.version, **_figures(spoken)} for version, spoken in zip(versions, talks, strict=True)
        ],
        "difference": _difference(talks) if candidate else None,
        "people": _by_person(order.people, talks),
        "talks": _shown(talks),
        "recorded": recorded_figures(organisation_id, control.name),
        "backtest": None,
    }
    if order.recorded and candidate is not None:
        compared = backtest(
            organisation_id,
            control,
            candidate,
            conversations=order.recorded,
            seconds=_REPEATED_SECONDS,
            region=order.region,
        )
        report["backtest"] = _side_by_side(compared, with_words=with_words)
    return {**report, "verdict": decision(report)[0]}


def _figures(talks: Sequence[Talk]) -> dict[str, Any]:
    times = [spent for each in talks for _, _, spent in each.lines]
    lengths = [len(reply) for each in talks for _, reply, _ in each.lines]
    done = sum(each.done for each in talks)
    return {
        "people": len(talks),
        "done": done,
        "share": done / len(talks) if talks else None,
        "gave_up": sum(each.gave_up for each in talks),
        "failed": sum(each.failed for each in talks),
        "messages": fmean(len(each.lines) for each in talks) if talks else 0.0,
        "length": fmean(lengths) if lengths else 0.0,
        "p50_ms": median(times) if times else 0.0,
        "p95_ms": quantiles(times, n=20)[-1] if len(times) > 1 else (times or [0.0])[0],
    }


def _difference(talks: Sequence[Sequence[Talk]]) -> dict[str, float] | None:
    """Candidate less control, with Newcombe's interval: the talks are as many as were ordered before."""
    control, candidate = (Arm(len(each), sum(one.done for one in each)) for each in talks)
    found = newcombe(control, candidate)
    return asdict(found) if found else None


def _by_person(people: Iterable[MadeUpPerson], talks: Sequence[Sequence[Talk]]) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "language": each.language,
            "goal": each.goal,
            "done": [sum(one.done for one in spoken if one.person == each.name) for spoken in talks],
            "times": sum(one.person == each.name for one in talks[0]),
        }
        for each in people
    ]


def _shown(talks: Sequence[Sequence[Talk]]) -> list[dict[str, Any]]:
    """Talks to read: first those where one version reached what the other did not, then those where neither did."""
    pairs = list(zip(*talks, strict=True))
    pairs.sort(key=lambda pair: (len({one.done for one in pair}) == 1, all(one.done for one in pair)))
    return [
        {
            "person": pair[0].person,
            "versions": [
                {
                    "done": one.done,
                    "gave_up": one.gave_up,
                    "lines": [
                        {"said": said, "reply": reply, "ms": round(spent, 1)} for said, reply, spent in one.lines
                    ],
                }
                for one in pair
            ],
        }
        for pair in pairs[:_SHOWN_TALKS]
    ]


def _side_by_side(compared: Iterable[Compared], *, with_words: bool) -> dict[str, Any]:
    messages = differing = 0
    sides: dict[str, dict[str, list[float]]] = {
        name: {"failed": [], "unanswered": [], "length": [], "ms": []} for name in ("control", "candidate")
    }
    turns: list[dict[str, Any]] = []
    for each in compared:
        messages += 1
        differing += each.differs
        for name, side in sides.items():
            said = getattr(each, name)
            side["failed"].append(said.thought.failed)
            side["unanswered"].append(bool(said.thought.reply and said.thought.reply.unanswered))
            side["length"].append(len(said.text))
            side["ms"].append(said.spent_ms)
        if each.differs and len(turns) < _SHOWN_TURNS:
            turns.append(_turn(each, with_words=with_words))
    return {
        "messages": messages,
        "differing": differing,
        "sides": [
            {
                "side": name,
                "failed": int(sum(side["failed"])),
                "unanswered": int(sum(side["unanswered"])),
                "length": fmean(side["length"]) if messages else 0.0,
                "p50_ms": median(side["ms"]) if messages else 0.0,
            }
            for name, side in sides.items()
        ],
        "turns": turns,
    }


def _turn(each: Compared, *, with_words: bool) -> dict[str, Any]:
    where = {"conversation_id": str(each.conversation_id), "message_id": each.message_id}
    if not with_words:
        return where
    words = {"said": each.said, "then": each.recorded, "control": each.control.text, "candidate": each.candidate.text}
    return {**where, **words}
