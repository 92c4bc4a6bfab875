"""R1 and R2 where nobody waits: people write in bursts, the worker is killed again and again."""

import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass

from benchmarks.chaos.crashes import RECOVERY_GOAL
from benchmarks.chaos.figures import Figure
from benchmarks.chaos.oracle import Verdict, judge
from benchmarks.chaos.people import Channel, Failed, Message, NotAccepted
from benchmarks.chaos.providers import MARKER
from benchmarks.chaos.stage import Scale, Stage, say, wait_for
from benchmarks.chaos.wires import Wire, courier_wire

BURST = 3
_MODEL_SECONDS = 0.3
_BETWEEN_SECONDS = 0.2
_RECOVERY_SECONDS = 60.0
_ON_THE_WAY_SECONDS = 0.1
# What no repetition changes.
_NEVER = frozenset({400, 401, 403, 404, 405, 415, 422})


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """The product, then what most chatbots are, in the same way."""
    stage.providers.seconds, stage.providers.spread = _MODEL_SECONDS, 0.5
    wire = courier_wire(stage)
    killed = kill_under_bursts(stage, wire, "r1a", scale.bursts, scale.people // 2, scale.kills)
    return figures(stage, wire, "r1a", scale.kills, killed, kill_control(stage, scale))


@dataclass(frozen=True, slots=True)
class Killed:
    """What people were brought, bursts that were not one reply, and the seconds that each recovery took."""

    verdict: Verdict
    split: list[str]
    recoveries: list[float]


def figures(stage: Stage, wire: Wire, name: str, kills: int, killed: Killed, control: Verdict) -> list[Figure]:
    """R1 and R2 of a channel, both beside the control."""
    verdict, split = killed.verdict, killed.split
    _, rows = stage.messages(name)
    slowest = max(killed.recoveries)
    return [
        Figure(
            "R1",
            f"nobody waits ({wire.kind}): kill -9 of the worker {kills} times in {verdict.messages} messages,"
            f" in bursts of {BURST}, 10 % delivered twice",
            "0 lost, 0 doubled, 0 disordered, a burst is one reply",
            f"{verdict} ({len(uncertain(stage))} uncertain, {rows} rows), {len(split)} bursts with more than one reply",
            f"a task on Celery's defaults, kills in {control.messages}: {control}",
            verdict.clean
            and not split
            and rows == verdict.messages
            and bool(control.lost and control.doubled and control.disordered),
            [*verdict.evidence, *split],
        ),
        Figure(
            "R2",
            f"nobody waits ({wire.kind}): from a kill to the first of the answers that were being made",
            f"< {RECOVERY_GOAL:.0f} s each",
            f"{slowest:.1f} s at most, {sorted(killed.recoveries)[len(killed.recoveries) // 2]:.1f} s median",
            f"a task on Celery's defaults: {len(control.lost)} never",
            slowest < RECOVERY_GOAL and bool(control.lost),
        ),
    ]


def kill_under_bursts(stage: Stage, wire: Wire, name: str, bursts: int, people: int, kills: int) -> Killed:
    """Kill the worker while people write in bursts."""
    chance = random.Random(stage.seed)
    writers = Bursts(stage, wire, name, people=people, bursts=bursts)
    recoveries = []
    writers.start()
    for number in range(kills):
        part = people * bursts * number / kills
        stage.supervise(lambda: writers.answered >= part, _RECOVERY_SECONDS)  # noqa: B023
        stage.supervise(lambda: bool(writers.being_answered()), _RECOVERY_SECONDS)
        struck = writers.being_answered()
        (stage.kill_children if number % 2 else stage.kill)("worker")
        time.sleep(_ON_THE_WAY_SECONDS)
        struck &= writers.being_answered()
        began = time.monotonic()
        stage.supervise(lambda: not struck or not struck <= writers.being_answered(), _RECOVERY_SECONDS)  # noqa: B023
        recoveries.append(time.monotonic() - began)
        say(f"R1, nobody waits ({wire.kind}): kill {number + 1} of {kills}, recovered after {recoveries[-1]:.1f} s")
        time.sleep(chance.uniform(0.2, 1.5))
    stage.supervise(lambda: not writers.being_answered() and not writers.writing, _RECOVERY_SECONDS * 4)
    stage.settle()
    brought = carried(wire)
    verdict = judge(writers.sent, [], brought, uncertain(stage))
    return Killed(verdict, [marker for marker in writers.firsts if not _one_reply(marker, brought)], recoveries)


def carried(wire: Wire) -> dict[str, list[tuple[float, str]]]:
    """By marker: when the service was given a text with it, and which."""
    brought: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for one in wire.carried():
        for marker in MARKER.findall(one.text):
            brought[marker].append((one.at, one.text))
    return brought


def uncertain(stage: Stage) -> frozenset[str]:
    """The markers of parts that the product shows as sent with an unknown fate."""
    rows = stage.product.rows("SELECT part ->> 'text' AS text FROM outbound_messages WHERE state = 'uncertain'")
    return frozenset(marker for row in rows for marker in MARKER.findall(row["text"]))


def _one_reply(first: str, brought: dict[str, list[tuple[float, str]]]) -> bool:
    """Whether the answer to the first message of a burst is that to all of it, in order."""
    name = first.removesuffix("0]")
    markers = [f"{name}{number}]" for number in range(BURST)]
    texts = {text for marker in markers for _, text in brought.get(marker, [])}
    return all(MARKER.findall(text) == markers for text in texts)


class Bursts:
    """Many people, each a thread: the next burst of messages after the answer to the last."""

    def __init__(self, stage: Stage, wire: Wire, name: str, *, people: int, bursts: int) -> None:
        self._stage = stage
        self._wire = wire
        self.sent: list[Message] = []
        self.firsts: list[str] = []
        self.answered = 0
        self._given_up: frozenset[str] = frozenset()
        first = 1_000_000 * (sum(name.encode()) % 90 + 10)
        self._threads = [
            threading.Thread(
                target=self._write,
                args=(f"+5731{first + number}", f"{name}.{number}", bursts, random.Random(f"{stage.seed} {number}")),
                daemon=True,
            )
            for number in range(people)
        ]

    def start(self) -> None:
        """Let everybody begin."""
        for thread in self._threads:
            thread.start()

    @property
    def writing(self) -> bool:
        """Whether anybody still writes."""
        return any(thread.is_alive() for thread in self._threads)

    def being_answered(self) -> set[str]:
        """The first markers of bursts that the model was asked about and that are not answered, and may be."""
        self._given_up = uncertain(self._stage)
        asked = {marker for text in list(self._stage.providers.asked) for marker in MARKER.findall(text)}
        return {marker for marker in list(self.firsts) if marker in asked and not self._is_over(marker)}

    def _is_over(self, marker: str) -> bool:
        """Whether it is answered, or the product shows that nobody knows."""
        brought = reversed(self._wire.carried())
        return marker in self._given_up or any(marker in one.text for one in brought)

    def _write(self, user_id: str, name: str, bursts: int, chance: random.Random) -> None:
        for burst in range(bursts):
            messages = [Message(user_id, f"[{name}.{burst}.{number}]") for number in range(BURST)]
            for message in messages:
                self.sent.append(message)
                deliver(self._stage, self._wire, message, twice=chance.random() < 0.1)
                time.sleep(chance.uniform(0, _BETWEEN_SECONDS))
            self.firsts.append(messages[0].marker)
            wait_for(lambda: self._is_over(messages[-1].marker), _RECOVERY_SECONDS * 2)  # noqa: B023
            self.answered += 1


def deliver(stage: Stage, wire: Wire, message: Message, *, twice: bool = False) -> None:
    """Deliver a message as a service does: again until it is acknowledged, and sometimes once too often."""
    request = wire.delivery(message)
    acknowledged = 0
    while acknowledged < 1 + twice:
        try:
            status = wire.post(stage.product.address, request)
        except Failed:
            status = 503
        if status in _NEVER:
            raise RuntimeError(f"{wire.kind} was answered {status}")
        if status == 200:
            acknowledged += 1
        else:
            time.sleep(0.2)


def kill_control(stage: Stage, scale: Scale) -> Verdict:
    """The same against a task on Celery's defaults; it gets as long again to finish what it was given."""
    say("R1, nobody waits: the control")
    people = scale.people // 2
    bursts = max(2, scale.control_messages // people // BURST)
    sent: list[list[Message]] = [[] for _ in range(people)]
    with stage.naive() as channel:
        threads = [
            threading.Thread(target=_write_naively, args=(channel, number, bursts, mine, stage.seed))
            for number, mine in enumerate(sent)
        ]
        for thread in threads:
            thread.start()
        for number in range(scale.control_kills):
            time.sleep(1.5 + number)
            stage.kill("naive-worker")
        for thread in threads:
            thread.join()
        messages = [message for mine in sent for message in mine]
        wait_for(lambda: all(message.marker in stage.providers.pushed for message in messages), 20)
    return judge(messages, [], stage.providers.pushed)


def _write_naively(channel: Channel, person: int, bursts: int, mine: list[Message], seed: int) -> None:
    chance = random.Random(f"{seed} {person}")
    user_id, name = f"+57320{person:07d}", f"c1a.{person}"
    for burst in range(bursts):
        for number in range(BURST):
            message = Message(user_id, f"[{name}.{burst}.{number}]")
            mine.append(message)
            for _ in range(2 if chance.random() < 0.1 else 1):
                _try(channel, message)
            time.sleep(chance.uniform(0, _BETWEEN_SECONDS))
        time.sleep(_MODEL_SECONDS)


def _try(channel: Channel, message: Message) -> None:
    try:
        channel.send(message)
    except (NotAccepted, Failed):
        return
