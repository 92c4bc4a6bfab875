"""R5 and R6: the same event many times at once, and two messages of one person at once."""

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.people import Channel, Failed, Message, NotAccepted
from benchmarks.chaos.stage import Scale, Stage, say, wait_for

T = TypeVar("T")

_MODEL_SECONDS = 0.3
_EVENTS_AT_ONCE = 4
_PEOPLE_AT_ONCE = 20
_CONTROL_EVENTS = 3


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """Both figures with their controls."""
    stage.providers.seconds = _MODEL_SECONDS
    return [one_event(stage, scale.events, scale.repeats), two_messages(stage, scale.pairs)]


def one_event(stage: Stage, events: int, repeats: int) -> Figure:
    """Send each event many times in parallel; the control gives each delivery an id of its own."""
    say(f"R5: {events} events, {repeats} times each")
    rows, calls, identical = one_event_repeated(stage, "r5", events, repeats)
    channel = stage.channel()
    own_ids = [Message(f"+57311{number:07d}", f"[c5.{number}]") for number in range(_CONTROL_EVENTS)]
    for one in own_ids:
        at_once([partial(channel.send, one, f"{one.marker} {i}") for i in range(repeats)])
    stage.settle()
    _, control = stage.messages("c5")
    return Figure(
        "R5",
        f"one event id {repeats} times in parallel, {events} ids",
        f"{events} rows, {events} model calls, {events * repeats} identical answers",
        f"{rows} rows, {calls} model calls, {identical} identical answers",
        f"an id for each delivery, {_CONTROL_EVENTS} events: {control - _CONTROL_EVENTS} rows too many",
        (rows, calls, identical) == (events, events, events * repeats) and control > _CONTROL_EVENTS,
        [f"{what} {count} times" for what, count in channel.broken.items()],
    )


def one_event_repeated(stage: Stage, name: str, events: int, repeats: int) -> tuple[int, int, int]:
    """Rows of the record, model calls and identical answers, of events each sent many times in parallel."""
    channel = stage.channel()
    messages = [Message(f"+57310{number:07d}", f"[{name}.{number}]") for number in range(events)]
    for some in slices(messages, _EVENTS_AT_ONCE):
        at_once([partial(channel.send, one) for one in some for _ in range(repeats)])
    stage.settle()
    _, rows = stage.messages(name)
    calls = sum(stage.providers.asked[message.text] for message in messages)
    bodies = defaultdict(list)
    for reply in channel.replies:
        bodies[reply.message.marker].append(reply.body)
    identical = sum(len(same) for same in bodies.values() if len(set(same)) == 1)
    return rows, calls, identical


def two_messages(stage: Stage, people: int) -> Figure:
    """Have each person send two messages at once; the agent counts them without a lock of its own."""
    say(f"R6: 2 messages at once of {people} people")
    lost = lost_updates(stage, stage.channel(), "r6", people, stage.settle)
    pairs = people // 4
    control = lost_by_naive(stage, "c6", pairs)
    return Figure(
        "R6",
        f"2 simultaneous messages of {people} people, counted by the agent without a lock",
        "0 lost updates",
        f"{lost} lost updates",
        f"a task on Celery's defaults, {pairs} people: {control} lost updates",
        lost == 0 < control,
    )


def lost_updates(stage: Stage, channel: Channel, name: str, people: int, settle: Callable[[], bool]) -> int:
    """How many of the agent's answers its count of a person's messages does not hold."""
    everybody = [f"+5732{len(name)}{ord(name[0]):03d}{number:04d}" for number in range(people)]
    pairs = [[Message(user_id, f"[{name}.{user_id[1:]}.{i}]") for i in range(2)] for user_id in everybody]
    for some in slices(pairs, _PEOPLE_AT_ONCE):
        at_once([partial(channel.insist, one) for pair in some for one in pair])
    settle()
    made = sum(stage.providers.asked[one.text] for pair in pairs for one in pair)
    return made - sum(stage.providers.counts[user_id] for user_id in everybody)


def lost_by_naive(stage: Stage, name: str, people: int) -> int:
    """The same of a task on Celery's defaults."""
    with stage.naive() as naive:
        return lost_updates(stage, naive, name, people, lambda: _all_pushed(stage, name, people))


def _all_pushed(stage: Stage, name: str, pairs: int) -> bool:
    return wait_for(
        lambda: sum(marker.startswith(f"[{name}.") for marker in list(stage.providers.pushed)) == 2 * pairs, 60
    )


def at_once(calls: Sequence[Callable[[], object]]) -> None:
    """Make calls in parallel, as nearly at the same moment as threads can; what fails is the channel's to count."""
    gate = threading.Barrier(len(calls))

    def call(one: Callable[[], object]) -> None:
        gate.wait()
        try:
            one()
        except (NotAccepted, Failed):
            return

    with ThreadPoolExecutor(len(calls)) as pool:
        list(pool.map(call, calls))


def slices(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """Items, so many at a time."""
    return [items[start : start + size] for start in range(0, len(items), size)]
