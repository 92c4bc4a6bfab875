"""The turns in the database: at most one of a person at a time, in order of arrival, and each for all that waits.

Every function is one transaction, of one statement where that is possible: this is the way of every message.
"""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from cci_app.channels.message import Address, Part, address_from_json, part_from_json, parts_from_json
from cci_app.channels.words import attachments_of
from cci_app.contacts.book import CANDIDATES, asked_for, chosen
from cci_app.contacts.card import ContactCard
from cci_app.contacts.wishes import ContactWish
from cci_app.conversation.inbound import EventKind, Person
from cci_app.conversation.models import OPENING, OutboundReason, TurnMode
from cci_app.core.clock import is_over, lies_ahead
from cci_app.core.database import one_trip, tenant_statement
from cci_app.usage.allowance import ALLOWANCE, UNLIMITED, TurnAllowance

LEASE_SECONDS = 6
# A turn that ended its process is tried once more, apart from others of its kind. Where all there is was killed at
# once nobody can say whose fault it was; then it is tried more often, but not for ever.
MAX_ATTEMPTS = 2
MAX_TAKEOVERS = 5
# What one turn answers at most: a message of the longest kind may be that long.
MOST_TOGETHER = 50
LONGEST_TOGETHER = 4096
# Whose rows a statement is about; and beside them the contact of the person, what they asked for, what is allowed.
OF_PERSON = "organisation_id = :organisation_id AND assistant = :assistant AND user_id = :user_id"
CONTACTS = (
    f"(SELECT json_agg(c) FROM ({CANDIDATES}) c) AS contacts,"
    " (SELECT wish FROM contact_marks WHERE organisation_id = :organisation_id AND person = :person) AS wish,"
    f" ({ALLOWANCE}) AS allowance"
)
# In the process that forks the others, and lives on when one of them dies.
_BORN = time.monotonic()


class LeaseLost(Exception):  # noqa: N818
    """Somebody else took over this turn: what was made of it must not be written."""


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """A part of an answer that could not be told before, and waits to open the next reply. `by_human`: a human's."""

    message_id: int
    part: Part
    by_human: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to answer what a person said, with what is needed for it.

    `receipt_id` is the newest of the messages that it answers, which gets the reply, and `event_id` the channel's id of
    it; `earlier` are the others: `text` and `attachments` are those of all of them, in order. `heard` is what of the
    text was spoken.
    """

    person: Person
    receipt_id: int
    token: uuid.UUID
    kind: EventKind
    text: str
    attachments: tuple[Part, ...]
    address: Address | None
    channel: str
    state: Mapping[str, Any]
    sequence: int
    late: tuple[LateAnswer, ...]
    attempts: int
    takeovers: int
    mode: TurnMode
    contact: ContactCard | None
    wish: ContactWish | None = None
    earlier: tuple[int, ...] = ()
    event_id: str | None = None
    heard: str = ""
    rating_of: int | None = None
    allowance: TurnAllowance = UNLIMITED

    @property
    def asked_rating(self) -> int | None:
        """What the person was asked about, 1 to 5, unless this reply is what asks it."""
        return None if any(late.by_human for late in self.late) else self.rating_of

    @property
    def longest(self) -> int:
        """How long a message of it is, in characters: the mean of those that are answered together."""
        return len(self.text) // (1 + len(self.earlier))

    @property
    def is_suspect(self) -> bool:
        """Whether its process may have died of it."""
        return self.attempts > 1

    @property
    def is_given_up(self) -> bool:
        """Whether it was tried as often as it may be."""
        return self.attempts > MAX_ATTEMPTS or self.takeovers > MAX_TAKEOVERS


# What waits, and of that what can be answered as one: of one kind and one channel, from the oldest on.
_TOGETHER = (
    "WITH waiting AS ("
    " SELECT id, kind, channel, channel_account, event_id, text, parts, reply_to, received_at, held, not_before,"
    "  row_number() OVER (ORDER BY id) AS number, sum(length(text)) OVER (ORDER BY id) AS length"
    f" FROM webhook_events WHERE {OF_PERSON} AND status = 'received'"
    "), first AS (SELECT * FROM waiting WHERE number = 1"
    "), together AS ("
    " SELECT w.* FROM waiting w, first f WHERE w.number = 1"
    f" OR w.kind = 'message' AND w.number <= {MOST_TOGETHER} AND w.length <= {LONGEST_TOGETHER} AND NOT EXISTS ("
    "  SELECT FROM waiting o WHERE o.number <= w.number"
    "  AND (o.kind, o.channel, o.channel_account) <> (f.kind, f.channel, f.channel_account))"
    "), taken AS (SELECT t.* FROM together t WHERE "
)
# For the one who waits for this receipt: all up to it. The newest for which somebody waits goes first; whoever sent the
# others reads the answer there.
_FOR_LISTENER = (
    "t.id <= :receipt_id AND EXISTS (SELECT FROM together WHERE id = :receipt_id)"
    " AND NOT EXISTS (SELECT FROM together WHERE id > :receipt_id AND NOT held)"
)
# For nobody: where somebody may wait still, they take their turn themselves; and a burst may go on.
_FOR_NOBODY = (
    "NOT EXISTS (SELECT FROM together o WHERE o.number <= t.number AND o.not_before IS NULL AND NOT o.held"
    f"  AND o.received_at >= clock_timestamp() - make_interval(secs => :grace) AND NOT {lies_ahead('o.received_at')})"
    " AND (SELECT count(not_before) = 0 OR max(not_before) <= clock_timestamp()"
    f"  OR min(received_at) <= clock_timestamp() - make_interval(secs => :longest) OR {lies_ahead('max(received_at)')}"
    "  FROM together)"
)
_TAKE = (
    "), turn AS ("
    " UPDATE turn_state t SET lease_token = :token,"
    "  lease_until = clock_timestamp() + make_interval(secs => :lease),"
    # An attempt that ended with its process counts where somebody saw it: where there is a process that was there
    # before, and is still.
    "  attempts = CASE WHEN t.lease_token IS NULL OR t.lease_until - make_interval(secs => :lease)"
    "   > clock_timestamp() - make_interval(secs => :alive) THEN t.attempts + 1 ELSE greatest(t.attempts, 1) END,"
    "  takeovers = t.takeovers + CASE WHEN t.lease_token IS NULL THEN 0 ELSE 1 END"
    # Of a turn that is completed in this moment the row is seen anew, what waits is not.
    f" FROM (SELECT sequence FROM turn_state WHERE {OF_PERSON}) seen"
    f" WHERE {OF_PERSON} AND t.sequence = seen.sequence AND EXISTS (SELECT FROM taken)"
    f"  AND (t.lease_token IS NULL OR {is_over('t.lease_until', ':lease')})"
    " RETURNING t.state, t.sequence, t.has_late, t.attempts, t.takeovers, t.mode, t.rating_of"
    ") SELECT taken.id, taken.kind, taken.channel, taken.event_id, taken.text, taken.parts, taken.reply_to, turn.*,"
    f" {CONTACTS} FROM taken, turn ORDER BY taken.id"
)
_TAKE_FOR_LISTENER = one_trip(f"{_TOGETHER}{_FOR_LISTENER}{_TAKE}")
_TAKE_FOR_NOBODY = one_trip(f"{_TOGETHER}{_FOR_NOBODY}{_TAKE}")

# Those that wait, and those that an earlier attempt at this turn was opening. Where a human answers, only theirs.
_OPEN_LATE = one_trip(
    f"UPDATE outbound_messages SET state = 'sending', via = 'reply', claimed_until = NULL WHERE {OF_PERSON}"
    " AND (state = 'queued' OR state = 'sending' AND via = 'reply') AND reason = ANY(:reasons)"
    " RETURNING id, part, reason"
)

# Whoever is there to say so did not die of it: also where somebody has taken over meanwhile, that was no attempt.
_GIVE_BACK = one_trip(
    "UPDATE turn_state SET attempts = greatest(attempts - 1, 0), lease_token = NULLIF(lease_token, :token),"
    " lease_until = CASE WHEN lease_token = :token THEN NULL ELSE lease_until END"
    f" WHERE {OF_PERSON} AND (lease_token = :token"
    "  OR EXISTS (SELECT FROM webhook_events WHERE id = :receipt_id AND status = 'received'))"
)
_COUNT_ATTEMPT = one_trip(
    f"UPDATE turn_state SET attempts = attempts + :more WHERE {OF_PERSON} AND lease_token = :token"
)

_READ_STATE = one_trip(f"SELECT state, sequence FROM turn_state WHERE {OF_PERSON} AND state <> '{{}}'")

_EXTEND = one_trip(
    "UPDATE turn_state SET lease_until = clock_timestamp() + make_interval(secs => :lease)"
    " WHERE lease_token = ANY(:tokens)"
)


def take_turn(person: Person, receipt_id: int, region: str) -> Turn | None:
    """Take the turn for the receipt that the caller waits for, and for all that waits before it.

    None where the person's turn is not free, or is somebody else's who waits.
    """
    return _take(person, _TAKE_FOR_LISTENER, {"receipt_id": receipt_id}, region)


def take_waiting(person: Person, region: str, *, grace_seconds: float, longest_seconds: float) -> Turn | None:
    """Take the turn for what nobody waits for; None where there is nothing, or not yet.

    Somebody may wait for a receipt for `grace_seconds`. A burst is answered after `longest_seconds`, though it go on.
    """
    return _take(person, _TAKE_FOR_NOBODY, {"grace": grace_seconds, "longest": longest_seconds}, region)


def _take(person: Person, statement: Any, which: Mapping[str, Any], region: str) -> Turn | None:
    token = uuid.uuid4()
    contact = asked_for(person.known_as, region)
    alive = time.monotonic() - _BORN
    whose = {**person.columns, **contact, "person": person.pseudonym}
    values = {**whose, **which, "token": token, "lease": LEASE_SECONDS, "alive": alive}
    rows = tenant_statement(person.organisation_id, statement, values)
    if not rows:
        return None
    newest, kind = rows[-1], EventKind(rows[-1].kind)
    addresses = [row.reply_to for row in rows if row.reply_to]
    return Turn(
        person=person,
        receipt_id=newest.id,
        token=token,
        kind=kind,
        text="\n".join(row.text for row in rows if row.text),
        attachments=tuple(part for row in rows for part in attachments_of(parts_from_json(row.parts or ()))),
        address=address_from_json(addresses[-1]) if addresses else None,
        channel=newest.channel,
        earlier=tuple(row.id for row in rows[:-1]),
        event_id=newest.event_id,
        **rest_of_turn(person, kind, newest, contact),
    )


def give_back(turn: Turn) -> None:
    """Give a turn back unanswered, by a process that lives on: it was no attempt. Its receipts wait for the sweeper."""
    values = {**turn.person.columns, "token": turn.token, "receipt_id": turn.receipt_id}
    tenant_statement(turn.person.organisation_id, _GIVE_BACK, values)


def count_attempt(turn: Turn, more: int) -> None:
    """Count the present attempt at a turn, or no longer while it only waits in this process."""
    values = {**turn.person.columns, "token": turn.token, "more": more}
    tenant_statement(turn.person.organisation_id, _COUNT_ATTEMPT, values)


def read_state(person: Person) -> tuple[Mapping[str, Any], int] | None:
    """A person's state and its sequence number, or None for a person never seen."""
    for row in tenant_statement(person.organisation_id, _READ_STATE, person.columns):
        return row.state, row.sequence
    return None


def extend_leases(organisation_id: int, tokens: Sequence[uuid.UUID]) -> None:
    """Keep the leases of turns that are still being answered."""
    tenant_statement(organisation_id, _EXTEND, {"lease": LEASE_SECONDS, "tokens": list(tokens)})


def rest_of_turn(person: Person, kind: EventKind, row: Any, contact: Mapping[str, str | None]) -> dict[str, Any]:
    """What a turn needs beside its receipt: where the person stands, what they still have to hear, who they are."""
    mode = TurnMode(row.mode)
    opens = row.has_late and kind is EventKind.MESSAGE and mode is not TurnMode.PAUSED
    reasons = [str(each) for each in OPENING] if mode is TurnMode.BOT else [str(OutboundReason.HUMAN)]
    opening = {**person.columns, "reasons": reasons}
    late = tenant_statement(person.organisation_id, _OPEN_LATE, opening) if opens else ()
    wish = ContactWish(row.wish) if row.wish else None
    known = chosen(row.contacts or (), contact["phone"])
    return {
        "state": row.state,
        "sequence": row.sequence,
        "attempts": row.attempts,
        "takeovers": row.takeovers,
        "mode": mode,
        "late": tuple(
            LateAnswer(id_, part_from_json(part), reason == OutboundReason.HUMAN)
            for id_, part, reason in sorted(map(tuple, late), key=itemgetter(0))
        ),
        "rating_of": row.rating_of,
        # Whoever has this number is not the one whom the book names.
        "contact": None if wish is ContactWish.WRONG_PERSON else known,
        "wish": wish,
        "allowance": TurnAllowance.read(row.allowance),
    }
