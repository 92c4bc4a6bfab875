"""The requests to choose from, one with all that was said, and how well people are answered."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.conversation.inbound import Person
from cci_app.conversation.media import InboundFile
from cci_app.conversation.models import Conversation, ConversationRun, OutboundMessage, Via
from cci_app.core import clock
from cci_app.core.cursor import reading, written
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import NotFound
from cci_app.feedback.models import Feedback
from cci_app.handoff.desk import desk_of
from cci_app.handoff.models import CannedReply, Handoff, HandoffState, HandoffStep, OutboundFile, StepKind
from cci_app.inbox.files import files_in
from cci_app.inbox.reaching import find_reach

PAGE_SIZE = 50
# Of a person's conversation, before and during the request.
MOST_SAID = 100
MEASURED = timedelta(days=30)


class View(StrEnum):
    """Which requests: those that nobody has, the caller's own, all that are open, those that were ended."""

    UNASSIGNED = "unassigned"
    MINE = "mine"
    ALL = "all"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which requests to list; None leaves a filter out. `who` is the caller."""

    who: str
    view: View = View.ALL
    label: str | None = None
    assistant: str | None = None
    unread: bool | None = None

    @property
    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """The same for the database."""
        state = Handoff.state
        chosen: list[sa.ColumnElement[bool]] = {
            View.UNASSIGNED: [state == HandoffState.OPEN],
            View.MINE: [state == HandoffState.ASSIGNED, Handoff.holder == self.who],
            View.ALL: [state != HandoffState.RESOLVED],
            View.RESOLVED: [state == HandoffState.RESOLVED],
        }[self.view]
        if self.label is not None:
            chosen = [*chosen, Handoff.labels.contains([self.label])]
        if self.assistant is not None:
            chosen = [*chosen, Handoff.assistant == self.assistant]
        if self.unread is not None:
            chosen = [*chosen, UNREAD if self.unread else sa.not_(UNREAD)]
        return chosen


_MOVED = sa.func.greatest(Handoff.created_at, Handoff.person_at, Handoff.human_at)
UNREAD = sa.or_(Handoff.seen_at.is_(None), sa.and_(Handoff.person_at.is_not(None), Handoff.person_at > Handoff.seen_at))
_WAITING = sa.func.coalesce(
    sa.func.coalesce(Handoff.person_at, Handoff.created_at) > Handoff.human_at, Handoff.human_at.is_(None)
)


def _of_person(column: Any, table: Any, at: Any) -> Any:
    """The newest of a person's rows."""
    same = [getattr(table, name) == getattr(Handoff, name) for name in ("organisation_id", "assistant", "user_id")]
    return sa.select(column).where(*same).order_by(at.desc()).limit(1).scalar_subquery()


_STARS = (
    sa.select(Feedback.value)
    .where(Feedback.organisation_id == Handoff.organisation_id, Feedback.handoff_id == Handoff.id)
    .scalar_subquery()
)
_HEAD = sa.select(
    *(getattr(Handoff, name) for name in ("id", "assistant", "user_id", "reason", "summary", "language", "state")),
    *(getattr(Handoff, name) for name in ("holder", "holder_name", "labels")),
    _STARS.label("rating"),
    *(getattr(Handoff, name) for name in ("created_at", "taken_at", "first_reply_at", "person_at", "human_at")),
    *(getattr(Handoff, name) for name in ("escalated_at", "resolved_at")),
    UNREAD.label("unread"),
    sa.and_(Handoff.state != HandoffState.RESOLVED, _WAITING).label("waiting"),
    _MOVED.label("moved_at"),
    _of_person(ConversationRun.contact_name, ConversationRun, ConversationRun.started_at).label("contact_name"),
    _of_person(ConversationRun.client_company, ConversationRun, ConversationRun.started_at).label("company"),
    _of_person(Conversation.user_message, Conversation, Conversation.timestamp).label("message"),
)


def find_requests(
    organisation_id: int, chosen: Chosen, before: str | None = None, limit: int = PAGE_SIZE
) -> Mapping[str, Any]:
    """The requests that fit, the one that moved last first, and `next`, which is `before` for the next page."""
    listed = _HEAD.where(*chosen.conditions).order_by(_MOVED.desc(), Handoff.id.desc()).limit(limit + 1)
    if before:
        with reading(before) as word:
            at, _, number = word.partition(" ")
            last = (datetime.fromisoformat(at), int(number))
        listed = listed.where(sa.tuple_(_MOVED, Handoff.id) < sa.tuple_(*map(sa.literal, last)))
    with tenant_transaction(organisation_id) as session:
        rows = session.execute(listed).mappings().all()
    shown = [{**row} for row in rows[:limit]]
    more = written(f"{shown[-1]['moved_at'].isoformat()} {shown[-1]['id']}") if len(rows) > limit else None
    return {"handoffs": shown, "next": more}


def read_request(organisation_id: int, handoff_id: int) -> dict[str, Any]:
    """One request with what was said, done and written about it, the oldest first. Raises NotFound.

    `composer` tells whether its person can be written to now: `open`, `pushes`, `closes_at`, `template`.
    """
    with tenant_transaction(organisation_id) as session:
        row = session.execute(_HEAD.where(Handoff.id == handoff_id)).mappings().one_or_none()
        if row is None:
            raise NotFound("there is no such request")
        person = {name: row[name] for name in ("assistant", "user_id")}
        done = _done(session, organisation_id, person)
        told = {item["text"] for item in done if item["via"] == Via.REPLY and item["text"]}
        items = [*_said(session, organisation_id, person, told), *done]
    items.sort(key=lambda item: item["at"])
    composer = _composer(Person(organisation_id, row["assistant"], row["user_id"]))
    return {**row, "items": items[-2 * MOST_SAID :], "composer": composer}


def _composer(person: Person) -> dict[str, Any]:
    reach, template = find_reach(person), desk_of(person.organisation_id)[0].template
    return {
        "open": reach.is_open,
        "pushes": reach.pushable,
        "closes_at": reach.closes_at,
        "template": template.text if template else None,
    }


def figures(organisation_id: int, who: str) -> dict[str, Any]:
    """How many requests there are of each kind, and how fast, and how well, people were answered in a month."""
    since = clock.now() - MEASURED
    recent = Handoff.created_at >= since
    median = sa.func.percentile_cont(0.5)
    first = sa.extract("epoch", Handoff.first_reply_at - Handoff.created_at)
    whole = sa.extract("epoch", Handoff.resolved_at - Handoff.created_at)
    mine = sa.and_(Handoff.holder == who, Handoff.state == HandoffState.ASSIGNED)
    asked = sa.select(
        sa.func.count().filter(Handoff.state == HandoffState.OPEN).label("unassigned"),
        sa.func.count().filter(mine).label("mine"),
        sa.func.count().filter(Handoff.state != HandoffState.RESOLVED).label("all"),
        sa.func.count().filter(Handoff.state == HandoffState.RESOLVED, Handoff.resolved_at >= since).label("resolved"),
        sa.func.count().filter(Handoff.state != HandoffState.RESOLVED, UNREAD).label("unread"),
        median.within_group(first).filter(recent, Handoff.first_reply_at.is_not(None)).label("first_reply_seconds"),
        median.within_group(whole).filter(recent, Handoff.resolved_at.is_not(None)).label("resolution_seconds"),
        sa.func.avg(Feedback.value).filter(recent).label("rating"),
        sa.func.count(Feedback.value).filter(recent).label("ratings"),
    )
    same = sa.and_(Feedback.organisation_id == Handoff.organisation_id, Feedback.handoff_id == Handoff.id)
    asked = asked.select_from(Handoff).outerjoin(Feedback, same).where(Handoff.organisation_id == organisation_id)
    with tenant_transaction(organisation_id) as session:
        found = dict(session.execute(asked).mappings().one())
    return {**found, "rating": float(found["rating"]) if found["rating"] is not None else None}


def labels_in_use(organisation_id: int) -> Sequence[str]:
    """The labels on open requests."""
    each = sa.func.jsonb_array_elements_text(Handoff.labels).label("label")
    used = sa.select(each).distinct().where(Handoff.state != HandoffState.RESOLVED).order_by(each).limit(100)
    with tenant_transaction(organisation_id) as session:
        return session.scalars(used).all()


def canned_replies(organisation_id: int) -> Sequence[CannedReply]:
    """The texts that colleagues say often, by title."""
    with tenant_transaction(organisation_id) as session:
        return session.scalars(sa.select(CannedReply).order_by(CannedReply.title)).all()


def _said(
    session: Session, organisation_id: int, person: Mapping[str, str], told: Collection[str]
) -> list[dict[str, Any]]:
    """What the person said, and the assistant; without the words of humans, `told`, that opened a reply."""
    said = (
        sa.select(Conversation)
        .filter_by(organisation_id=organisation_id, kind="message", **person)
        .order_by(Conversation.timestamp.desc())
        .limit(MOST_SAID)
    )
    items = []
    rows = session.scalars(said).all()
    files = files_in(session, [row.event_id for row in rows])
    for row in rows:
        sent = [_file(str(each.id), each.kind, each) for each in files.get(row.event_id, [])]
        items.append({**_NO_STEP, "kind": "person", "text": row.user_message, "at": row.timestamp, "files": sent})
        response = row.agent_response
        while opening := next(filter(response.startswith, told), ""):
            response = response[len(opening) :].lstrip()
        if response:
            # Nothing stands between a message and its answer.
            answered = row.timestamp + timedelta(microseconds=1)
            items.append({**_NO_STEP, "kind": "assistant", "text": response, "at": answered})
    return items


def _done(session: Session, organisation_id: int, person: Mapping[str, str]) -> list[dict[str, Any]]:
    """What humans said and did, about this request and those before it."""
    steps = (
        sa.select(HandoffStep, OutboundMessage.state, OutboundMessage.via, OutboundMessage.error, OutboundFile)
        .join(Handoff, Handoff.id == HandoffStep.handoff_id)
        .outerjoin(
            OutboundMessage,
            sa.and_(
                OutboundMessage.organisation_id == HandoffStep.organisation_id,
                OutboundMessage.id == HandoffStep.outbound_id,
            ),
        )
        .outerjoin(
            OutboundFile,
            sa.and_(
                OutboundFile.organisation_id == HandoffStep.organisation_id,
                OutboundFile.outbound_id == HandoffStep.outbound_id,
            ),
        )
        .where(Handoff.organisation_id == organisation_id, *(getattr(Handoff, k) == v for k, v in person.items()))
        .order_by(HandoffStep.id.desc())
        .limit(MOST_SAID)
    )
    return [
        {
            "kind": step.kind,
            "text": step.text,
            "at": step.created_at,
            "author": step.author,
            "author_name": step.author_name,
            "delivery": state,
            "via": via,
            "error": error,
            "files": [_file(str(file.id), file.name, file)] if file is not None else [],
        }
        for step, state, via, error, file in session.execute(steps)
    ]


def _file(file_id: str, name: str, row: InboundFile | OutboundFile) -> dict[str, Any]:
    error = row.error if isinstance(row, InboundFile) else None
    return {"id": file_id, "name": name, "media_type": row.media_type, "size": row.size, "error": error}


_NO_STEP: dict[str, Any] = {
    **dict.fromkeys(("author", "author_name", "delivery", "via", "error")),
    "files": (),
}
ITEM_KINDS = ("person", "assistant", *StepKind)
