"""Conversations found by what was said in them, with whom, when, and how they stand; the last that moved comes first.

A word that is in few messages is looked up; one that is in many is met soon by whoever walks from the newest on. Which
of the two it is, the index tells before anything is read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from cci_app.accounts.models import Organisation
from cci_app.conversation.history.cursor import Cursor
from cci_app.conversation.models import Conversation, ConversationRun, RunStatus, TurnMode, TurnState, WebhookEvent
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput, Unavailable
from cci_app.core.sql_text import has_letters
from cci_app.core.text import fold

PAGE_SIZE = 50
# Beyond this many nobody reads the number.
MOST_COUNTED = 1_000
_MOST_WORDS = 8
# A word in more messages than this is looked for by walking.
_FREQUENT = 10_000
_SECONDS = 5
_LEAST_DIGITS = 4
_SNIPPET = 300
_WORD = re.compile(r"[^\W_]+")

_texts = sa.table(
    "conversation_texts",
    *(sa.column(name) for name in ("organisation_id", "run_id", "words")),
)
_names = sa.table("conversation_names", *(sa.column(name) for name in ("organisation_id", "id", "words")))
_run = ConversationRun


_STATES = {
    RunStatus.COMPLETED: _run.completed_at.is_not(None),
    RunStatus.ABANDONED: sa.and_(_run.completed_at.is_(None), _run.ended_at.is_not(None)),
    RunStatus.IN_PROGRESS: sa.and_(_run.completed_at.is_(None), _run.ended_at.is_(None)),
}
STATE = sa.case(*((condition, sa.literal(state.value)) for state, condition in _STATES.items()))
# Nothing was said to the last message: it waits, no attempt came to an end, or a human has taken over and said nothing.
UNANSWERED = sa.and_(
    _run.ended_at.is_(None),
    sa.or_(
        sa.exists().where(
            WebhookEvent.organisation_id == _run.organisation_id,
            WebhookEvent.assistant == _run.assistant,
            WebhookEvent.user_id == _run.user_id,
            WebhookEvent.status != "completed",
            WebhookEvent.received_at >= _run.last_message_at,
        ),
        sa.exists().where(
            Conversation.organisation_id == _run.organisation_id,
            Conversation.run_id == _run.id,
            Conversation.withheld,
            Conversation.timestamp >= _run.last_message_at,
        ),
    ),
)
# As the index of those few has it, word for word.
LABELLED = sa.literal_column("conversation_runs.labels <> '{}'", sa.Boolean)
LATE = sa.exists().where(
    Conversation.organisation_id == _run.organisation_id, Conversation.run_id == _run.id, Conversation.late
)


def mode_in(run: Any) -> sa.ColumnElement[str]:
    """Who answers the person of a conversation: `run` is the table of runs, or an alias of it."""
    mode = sa.select(TurnState.mode).where(
        TurnState.organisation_id == run.organisation_id,
        TurnState.assistant == run.assistant,
        TurnState.user_id == run.user_id,
    )
    return sa.func.coalesce(mode.scalar_subquery(), TurnMode.BOT.value)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which conversations; None leaves a filter out.

    `text` is looked for in what was said, in company and name, and, where it is digits, in the person's number. The
    dates are days of the organisation's zone, both included, on which a conversation began. A company is compared
    without case; `question` is the one at which a conversation stands still, `label` one that
    an admin gave it. Raises InvalidInput for an end before the
    start.
    """

    text: str | None = None
    state: RunStatus | None = None
    language: str | None = None
    company: str | None = None
    assistant: str | None = None
    user_id: str | None = None
    start_date: date | None = None
    end_date: date | None = None
    question: int | None = None
    unanswered: bool | None = None
    late: bool | None = None
    label: str | None = None

    def __post_init__(self) -> None:
        if self.start_date and self.end_date and self.end_date < self.start_date:
            told = f"Not before start_date ({self.start_date})."
            raise InvalidInput("the end is before the start", details={"end_date": [told]})

    @property
    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """All but the text."""
        zone = sa.select(Organisation.timezone).scalar_subquery()
        began = sa.cast(_run.started_at.op("AT TIME ZONE")(zone), sa.Date)
        asked: tuple[tuple[object, sa.ColumnElement[bool]], ...] = (
            (self.state, _STATES[self.state or RunStatus.COMPLETED]),
            (self.language, _run.detected_language == self.language),
            (self.company, sa.func.lower(_run.client_company) == (self.company or "").lower()),
            (self.assistant, _run.assistant == self.assistant),
            (self.user_id, _run.user_id == self.user_id),
            (self.label, sa.and_(LABELLED, _run.labels.contains([self.label]))),
            (self.question, sa.and_(_run.current_question == self.question, _run.completed_at.is_(None))),
            (self.start_date, began >= sa.literal(self.start_date, sa.Date)),
            (self.end_date, began <= sa.literal(self.end_date, sa.Date)),
        )
        found = [condition for value, condition in asked if value is not None]
        for wanted, condition in ((self.unanswered, UNANSWERED), (self.late, LATE)):
            if wanted is not None:
                found.append(condition if wanted else sa.not_(condition))
        return found


@dataclass(frozen=True, slots=True)
class Found:
    """A page of conversations; `count` is how many there are, at most `MOST_COUNTED`, None where that is not known."""

    conversations: Sequence[dict[str, Any]]
    next: str | None
    count: int | None = field(default=None)


def find_conversations(
    organisation_id: int,
    wanted: Wanted,
    *,
    before: str | None = None,
    limit: int = PAGE_SIZE,
    counted: bool = False,
) -> Found:
    """A page of the organisation's conversations, those after the cursor `before`; `counted` says how many there are.

    Raises InvalidInput, and Unavailable where they cannot be found in seconds.
    """
    cursor = Cursor.read(before) if before else None
    try:
        with tenant_transaction(organisation_id) as session:
            session.execute(sa.text("SELECT set_config('statement_timeout', :limit, true)"), {"limit": f"{_SECONDS}s"})
            conditions = [_run.organisation_id == organisation_id, *wanted.conditions]
            walked = False
            if wanted.text is not None:
                spoken, walked = _speaks(session, organisation_id, wanted.text)
                conditions.append(spoken)
            rows = session.execute(_page(conditions, wanted.text, cursor, limit)).mappings().all()
            count = None if walked or not counted else session.scalar(_count(conditions))
    except sa.exc.OperationalError as error:
        if getattr(error.orig, "pgcode", None) != "57014":
            raise
        told = "too many conversations to look through: add a word, a date or another filter"
        raise Unavailable(told, retry_after=1) from error
    shown = [{**row} for row in rows[:limit]]
    last = shown[-1] if len(rows) > limit else None
    after = Cursor(last["last_message_at"], last["conversation_id"]).written() if last else None
    return Found(shown, after, count)


def last_moved(organisation_id: int) -> datetime | None:
    """When anybody's conversation moved last; cheap, so that whoever waits for something new may ask often."""
    with tenant_transaction(organisation_id) as session:
        newest: datetime | None = session.scalar(
            sa.select(sa.func.max(_run.last_message_at)).where(_run.organisation_id == organisation_id)
        )
        return newest


def _count(conditions: Sequence[sa.ColumnElement[bool]]) -> sa.Select[int]:
    some = sa.select(sa.literal(1)).select_from(_run).where(*conditions).limit(MOST_COUNTED + 1).subquery()
    return sa.select(sa.func.least(sa.func.count(), MOST_COUNTED + 1)).select_from(some)


def _page(conditions: Sequence[sa.ColumnElement[bool]], text: str | None, cursor: Cursor | None, limit: int) -> Any:
    chosen = sa.select(_run).where(*conditions)
    if cursor is not None:
        here = sa.tuple_(sa.literal(cursor.moment), sa.literal(cursor.id))
        chosen = chosen.where(sa.tuple_(_run.last_message_at, _run.id) < here)
    chosen = chosen.order_by(_run.last_message_at.desc(), _run.id.desc()).limit(limit + 1)
    page = aliased(_run, chosen.subquery("page"))
    said = _said(page, text)
    on_page = {UNANSWERED: "unanswered", LATE: "late"}
    flags = [
        sa.select(_run.id).where(_run.id == page.id, condition).exists().label(name)
        for condition, name in on_page.items()
    ]
    state = sa.select(STATE).where(_run.id == page.id).scalar_subquery().label("state")
    return (
        sa.select(
            page.id.label("conversation_id"),
            page.assistant,
            page.user_id,
            page.contact_name,
            page.client_company.label("company"),
            page.detected_language.label("language"),
            page.started_at,
            page.last_message_at,
            page.current_question,
            page.questions_answered,
            page.messages,
            page.labels,
            state,
            *flags,
            mode_in(page).label("mode"),
            said.c.message,
            said.c.reply,
        )
        .select_from(page)
        .outerjoin(said, sa.true())
        .order_by(page.last_message_at.desc(), page.id.desc())
    )


def _said(page: Any, text: str | None) -> Any:
    """The message that a list shows: the newest in which the words are, else the newest."""
    order: list[sa.ColumnElement[Any]] = [Conversation.timestamp.desc(), Conversation.id.desc()]
    if text and (words := _words(text)):
        order.insert(0, _spoken_with(words).desc())
    return (
        sa.select(
            sa.func.left(Conversation.user_message, _SNIPPET).label("message"),
            sa.func.left(Conversation.agent_response, _SNIPPET).label("reply"),
        )
        .where(
            Conversation.run_id == page.id,
            Conversation.organisation_id == page.organisation_id,
            Conversation.kind == "message",
        )
        .order_by(*order)
        .limit(1)
        .lateral("said")
    )


def _speaks(session: Session, organisation_id: int, text: str) -> tuple[sa.ColumnElement[bool], bool]:
    """The condition that a conversation has the words of `text`, and whether it is met by walking."""
    digits = "".join(character for character in text if character.isdigit())
    if len(digits) >= _LEAST_DIGITS and not any(character.isalpha() for character in text):
        return _run.user_id.contains(digits, autoescape=True), False
    words = _words(text)
    if not words:
        return sa.false(), False
    asked = _asked(words)
    said = sa.and_(_texts.c.organisation_id == organisation_id, _texts.c.words.op("@@")(asked))
    named = sa.select(_names.c.id).where(_names.c.organisation_id == organisation_id, _names.c.words.op("@@")(asked))
    some = sa.select(sa.literal(1)).select_from(_texts).where(said).limit(_FREQUENT + 1).subquery()
    if (session.scalar(sa.select(sa.func.count()).select_from(some)) or 0) > _FREQUENT:
        # No EXISTS: PostgreSQL would read every message of the organisation at once to answer that.
        met = (
            sa.select(sa.true())
            .where(
                Conversation.organisation_id == organisation_id,
                Conversation.run_id == _run.id,
                _spoken_with(words),
            )
            .limit(1)
            .scalar_subquery()
            .is_(sa.true())
        )
        return sa.or_(met, _run.id.in_(named)), True
    return _run.id.in_(sa.union(sa.select(_texts.c.run_id).where(said), named)), False


def _words(text: str) -> list[str]:
    """The words of `text` to look for, each as the beginning of one."""
    # Letters and digits of any script: in quotes none of them means anything to PostgreSQL.
    return _WORD.findall(fold(text))[:_MOST_WORDS]


def _asked(words: Sequence[str]) -> sa.ColumnElement[Any]:
    query = " & ".join(f"'{word}':*" for word in words)
    return sa.func.to_tsquery(sa.literal_column("'simple'::regconfig"), query)


def _spoken_with(words: Sequence[str]) -> sa.ColumnElement[bool]:
    """Whether a message has all the words, by looking at it; first for their letters, a tenth of the work."""
    texts = (Conversation.user_message, Conversation.agent_response)
    letters = sa.and_(*(has_letters(sa.func.concat_ws(" ", *texts), word) for word in words))
    spoken = sa.func.searched_words(*texts).op("@@")(_asked(words))
    return sa.case((letters, spoken), else_=sa.false())
