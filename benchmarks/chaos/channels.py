"""R1, R2, R5 and R6 through WAHA, Telegram and Meta, where nobody waits."""

from functools import partial

from benchmarks.chaos.asynchronous import carried, deliver, figures, kill_control, kill_under_bursts
from benchmarks.chaos.figures import Figure
from benchmarks.chaos.oracle import judge
from benchmarks.chaos.people import Message
from benchmarks.chaos.repeats import at_once, lost_by_naive, slices
from benchmarks.chaos.stage import Scale, Stage, say
from benchmarks.chaos.wires import Wire, service_wires

_MODEL_SECONDS = 0.3
_AT_ONCE = 10
_OWN_IDS = 3
# Of the people, bursts and kills of one channel's run; three of them take as long as that together.
_PART = 4


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """Each channel in turn; what most chatbots are is killed once for all of them."""
    stage.providers.seconds, stage.providers.spread = _MODEL_SECONDS, 0.5
    found = []
    control, unlocked = kill_control(stage, scale), lost_by_naive(stage, "c6a", scale.people)
    with service_wires(stage) as wires:
        for wire in wires:
            name, kills = f"r1{wire.kind[0]}", max(1, scale.kills // _PART)
            killed = kill_under_bursts(stage, wire, name, max(2, scale.bursts // _PART), scale.people // 2, kills)
            found += figures(stage, wire, name, kills, killed, control)
            found.append(one_event(stage, wire, scale.events // _PART, scale.repeats))
            found.append(two_messages(stage, wire, scale.pairs // _PART, unlocked))
    return found


def one_event(stage: Stage, wire: Wire, events: int, repeats: int) -> Figure:
    """R5: deliver each message many times in parallel; the control gives each delivery an id of its own."""
    say(f"R5 ({wire.kind}): {events} events, {repeats} times each")
    rows, calls, brought = repeated(stage, wire, f"r5{wire.kind[0]}", events, repeats)
    name = f"c5{wire.kind[0]}"
    own_ids = [Message(f"+57313{number:07d}", f"[{name}.{number}.{i}]") for number in range(_OWN_IDS) for i in range(3)]
    at_once([partial(deliver, stage, wire, one) for one in own_ids])
    stage.settle()
    _, control = stage.messages(name)
    return Figure(
        "R5",
        f"nobody waits ({wire.kind}): one event id {repeats} times in parallel, {events} ids",
        f"{events} rows, {events} model calls, {events} answers sent",
        f"{rows} rows, {calls} model calls, {brought} answers sent",
        f"an id for each delivery, {_OWN_IDS} events: {control - _OWN_IDS} rows too many",
        rows == calls == brought == events and control > _OWN_IDS,
    )


def repeated(stage: Stage, wire: Wire, name: str, events: int, repeats: int) -> tuple[int, int, int]:
    """Rows of the record, model calls and answers sent, of messages each delivered many times in parallel."""
    messages = [Message(f"+57312{number:07d}", f"[{name}.{number}]") for number in range(events)]
    for some in slices(messages, _AT_ONCE):
        requests = [(one, wire.delivery(one)) for one in some]
        at_once([partial(wire.post, stage.product.address, request) for _, request in requests for _ in range(repeats)])
    stage.settle()
    _, rows = stage.messages(name)
    brought = carried(wire)
    calls = sum(stage.providers.asked[message.text] for message in messages)
    return rows, calls, sum(len(brought.get(message.marker, ())) for message in messages)


def two_messages(stage: Stage, wire: Wire, people: int, control: int) -> Figure:
    """R6: have each person send two messages at once; the agent counts its answers without a lock of its own."""
    say(f"R6 ({wire.kind}): 2 messages at once of {people} people")
    name = f"r6{wire.kind[0]}"
    # Nobody of another channel's run: what the agent counts, it counts by phone number.
    everybody = [f"+573{sum(wire.kind.encode()) % 10}4{number:07d}" for number in range(people)]
    pairs = [[Message(user_id, f"[{name}.{user_id[1:]}.{i}]") for i in range(2)] for user_id in everybody]
    for some in slices(pairs, _AT_ONCE):
        at_once([partial(deliver, stage, wire, one) for pair in some for one in pair])
    stage.settle()
    brought = carried(wire)
    # Which of two simultaneous messages was the first, nobody can say.
    verdict = judge([one for pair in pairs for one in pair], [], brought)
    answers = sum(len({text for one in pair for _, text in brought.get(one.marker, ())}) for pair in pairs)
    lost = answers - sum(stage.providers.counts[wire.person(user_id)] for user_id in everybody)
    return Figure(
        "R6",
        f"nobody waits ({wire.kind}): 2 simultaneous messages of {people} people, counted by the agent without a lock",
        "0 lost updates, every message answered once",
        f"{lost} lost updates; {len(verdict.lost)} lost, {len(verdict.doubled)} doubled",
        f"a task on Celery's defaults: {control} lost updates",
        lost == 0 < control and not verdict.lost and not verdict.doubled,
        [*verdict.lost, *verdict.doubled],
    )
