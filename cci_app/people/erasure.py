"""Erasing a person: from files, from Redis, from agents of one's own and from every table, in this order.

The tables come last, in one transaction: whatever failed before it can be done again, because they still say who it is.
A turn that is being answered meanwhile loses its lease with its row, so that nothing of it is written; one that was
committed just before finds the place of its copy in Redis taken. What is left is a mark without a name and an entry of
the audit log.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import redis
import sqlalchemy as sa
import structlog
from flask import current_app
from sqlalchemy.orm import Session

from cci_app.accounts.models import Organisation
from cci_app.contacts.models import Contact
from cci_app.contacts.wishes import note_erased
from cci_app.conversation import memory
from cci_app.conversation.identities import ids_of
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import TurnState, WebhookEvent
from cci_app.conversation.service import get_conversation
from cci_app.conversation.sweep import person_of
from cci_app.conversation.tried import trials_as
from cci_app.core.audit import acting_for, record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Unavailable
from cci_app.core.pseudonyms import pseudonym
from cci_app.exports.forgetting import Forgotten, forget_files_of
from cci_app.files.store import file_store
from cci_app.handoff.models import Handoff
from cci_app.jobs.claims import Rest, claimed
from cci_app.jobs.models import Job, Schedule
from cci_app.people.holdings import find_card, names_a_person, personal_tables, rows_of
from cci_app.people.words import told_of_erasure

log = structlog.get_logger(__name__)

# The reply that confirms it is given first, and a repeat of the message still finds it. But not for ever.
SETTLED_SECONDS = 5.0
_PATIENCE_SECONDS = 600.0
_PAUSE_SECONDS = 1.0
_SHORTENED = 12

_BUSY = sa.text(
    "SELECT EXISTS (SELECT FROM webhook_events WHERE id = :receipt_id"
    "  AND completed_at > clock_timestamp() - make_interval(secs => :settled))"
    " OR EXISTS (SELECT FROM webhook_events WHERE organisation_id = :organisation_id AND user_id = :user_id"
    "  AND status = 'received')"
    " OR EXISTS (SELECT FROM turn_state WHERE organisation_id = :organisation_id AND user_id = :user_id"
    "  AND lease_until > clock_timestamp())"
    " OR EXISTS (SELECT FROM outbound_messages WHERE organisation_id = :organisation_id AND user_id = :user_id"
    "  AND state IN ('queued', 'sending') AND via = 'push')"
)


@dataclass(frozen=True, slots=True)
class Erased:
    """What went: rows by table, files of exports and those that they sent. `person` is the pseudonym that is left.

    `delivered` are exports that had left this installation, `agents_not_told` agents of one's own that could not be
    told to forget.
    """

    person: str
    rows: Mapping[str, int]
    files: int = 0
    delivered: Sequence[str] = ()
    agents_not_told: Sequence[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As a job keeps it and callers get it."""
        return asdict(self)


def erase_person(organisation_id: int, user_id: str, *, asked_in: int | None = None) -> Erased:
    """Erase all that is kept of a person, whoever is at work for them; what was erased before is no error.

    `asked_in` is the message in which they asked for it themselves: the organisation is told then. Raises Unavailable,
    and then it is to be done again.
    """
    ids, people = _people(organisation_id, user_id)
    not_told = _forgotten_by_agents(people)
    files = forget_files_of(organisation_id, ids)
    sent = _delete_files(organisation_id, ids)
    try:
        for person in people:
            memory.erase(person)
    except redis.RedisError as error:
        raise Unavailable("Redis does not answer, and may hold a copy: try again", retry_after=5) from error
    with tenant_transaction(organisation_id) as session:
        rows = _erase_rows(session, organisation_id, ids)
        erased = Erased(pseudonym(organisation_id, user_id), rows, files.files + sent, files.delivered, not_told)
        if asked_in is not None:
            _tell(session, organisation_id, people, erased, files, asked_in)
        record(session, organisation_id, "person.erased", f"person:{erased.person}", {"rows": sum(rows.values())})
    log.info("person_erased", rows=sum(rows.values()), files=files.files)
    return erased


def run_erasure(job_id: uuid.UUID) -> None:
    """Erase the person of the message that the job names, once the reply to it has been given."""
    with claimed(job_id) as claim:
        if claim is None:
            return
        receipt_id: int = claim.payload["receipt_id"]
        person = person_of(receipt_id)
        if person is None:
            # By a worker before this one, or by an admin.
            return
        if claim.age.total_seconds() < _PATIENCE_SECONDS and _is_busy(person, receipt_id):
            raise Rest(_PAUSE_SECONDS)
        with acting_for("person", "the person"):
            claim.result = erase_person(person.organisation_id, person.user_id, asked_in=receipt_id).as_json()


def _is_busy(person: Person, receipt_id: int) -> bool:
    values = {**person.columns, "receipt_id": receipt_id, "settled": SETTLED_SECONDS}
    with tenant_transaction(person.organisation_id) as session:
        return bool(session.scalar(_BUSY, values))


def _people(organisation_id: int, user_id: str) -> tuple[frozenset[str], list[Person]]:
    """The person's ids, and the person as each assistant knows them."""
    with tenant_transaction(organisation_id) as session:
        ids = ids_of(session, organisation_id, user_id)
        ids |= trials_as(session, organisation_id, ids)
        known = sa.select(TurnState.assistant, TurnState.user_id).where(
            TurnState.organisation_id == organisation_id, TurnState.user_id.in_(ids)
        )
        return ids, [Person(organisation_id, *row) for row in session.execute(known)]


def _forgotten_by_agents(people: Sequence[Person]) -> list[str]:
    """Have agents of one's own forget the person; the names of those that did not."""
    not_told = []
    catalogue = get_conversation().catalogue
    for person in people:
        for name, agent in catalogue.find(person.organisation_id, person.assistant).forgetting.items():
            try:
                agent.forget(person.user_id)
            except Exception:
                log.exception("agent_did_not_forget", agent=name)
                not_told.append(f"{person.assistant}/{name}")
    return not_told


def _delete_files(organisation_id: int, ids: Collection[str]) -> int:
    """Delete the files that rows of the person name, as what they sent beside words; how many."""
    with tenant_transaction(organisation_id) as session:
        keys = {
            key
            for table in personal_tables().values()
            if "file_key" in table.columns
            for key in session.scalars(sa.select(table.c.file_key).where(rows_of(table, organisation_id, ids)))
            if key
        }
    store = file_store(current_app.config["SETTINGS"])
    for key in keys:
        store.delete(key)
    return len(keys)


def _erase_rows(session: Session, organisation_id: int, ids: Collection[str]) -> dict[str, int]:
    # A turn that is completed in this moment is completed before, or finds its lease gone.
    session.execute(
        sa.select(TurnState.user_id)
        .where(TurnState.organisation_id == organisation_id, TurnState.user_id.in_(ids))
        .with_for_update()
    )
    card = find_card(session, organisation_id, ids)
    # Whoever writes the record holds the receipts it is written from: it is written before, or not at all.
    first = WebhookEvent.__tablename__
    tables = sorted(personal_tables().values(), key=lambda table: table.name != first)
    rows = {
        table.name: _delete(session, table, rows_of(table, organisation_id, ids))
        for table in tables
        if names_a_person(table)
    }
    if card is not None:
        contact = sa.and_(Contact.organisation_id == organisation_id, Contact.phone == card.phone)
        rows["contacts"] = _delete(session, Contact, contact)
    for model in (Job, Schedule):
        rows[model.__tablename__] = _delete(session, model, _about(model, organisation_id, ids))
    note_erased(session, organisation_id, {*ids, card.phone} if card else ids)
    return rows


def _about(model: type[Job] | type[Schedule], organisation_id: int, ids: Collection[str]) -> sa.ColumnElement[bool]:
    """An export of nobody else's conversations names them."""
    return sa.and_(model.organisation_id == organisation_id, model.payload["filters"]["user_id"].astext.in_(ids))


def _delete(session: Session, table: Any, condition: sa.ColumnElement[bool]) -> int:
    return int(session.execute(sa.delete(table).where(condition)).rowcount)  # type: ignore[attr-defined]


def _tell(
    session: Session,
    organisation_id: int,
    people: Sequence[Person],
    erased: Erased,
    files: Forgotten,
    receipt_id: int,
) -> None:
    """Leave word for those who answer people, where they look anyway."""
    language = session.scalar(sa.select(Organisation.language).where(Organisation.id == organisation_id)) or "en"
    session.add(
        Handoff(
            organisation_id=organisation_id,
            assistant=people[0].assistant,
            user_id=f"erased:{erased.person[:_SHORTENED]}",
            event_id=receipt_id,
            reason="erased",
            summary=told_of_erasure(language, list(files.delivered)),
        )
    )
