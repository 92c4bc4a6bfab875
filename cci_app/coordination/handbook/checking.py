"""Holding the work against the handbook: what changed since, and all of it, a part at a time, once a handbook is new.

All that one look finds is one transaction: a process that dies in it has found nothing, and the next one finds it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.coordination.handbook.asking import answers, ask_questions, chat_model
from cci_app.coordination.handbook.models import HandbookCheck, RuleQuestion, RuleViolation, ViolationState
from cci_app.coordination.handbook.rules import Handbook
from cci_app.coordination.handbook.ruling import HANDBOOK
from cci_app.coordination.handbook.subjects import HeldAgainst, SubjectTask, held_against, looked_at, subjects
from cci_app.coordination.models import ProjectEvent, ProjectTask
from cci_app.coordination.projects import organisations_with_work
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.llm.chat import Chat

log = structlog.get_logger(__name__)

# In one look: so much of the log, and so many tasks of all.
_MOST_EVENTS: Final = 2_000
_MOST_TASKS: Final = 200
# Of a trial, which somebody waits for.
_MOST_TRIED: Final = 1_000
_MOST_EXAMPLES: Final = 3
_ALL: Final = 2**63 - 1
# An event is left behind when it is so old: whatever was written before it is there by then.
_SETTLED: Final = timedelta(minutes=2)
# What no event told of is found within a day.
_FULL_EVERY: Final = timedelta(days=1)
_NOT_MENDED = (ViolationState.OPEN.value, ViolationState.WAIVED.value)


@dataclass(frozen=True, slots=True)
class WorkChecked:
    """What a look came to: how many tasks it looked at, what it found broken and had not before, what is whole again.

    `left` says that some of the work is still to be looked at.
    """

    tasks: int
    opened: int
    mended: int
    left: bool


def check_all_work(now: datetime | None = None) -> None:
    """Look at the work of every organisation that has any; a model, where there is one, answers what only it can."""
    now, chat = now or clock.now(), chat_model()
    for organisation_id in organisations_with_work():
        try:
            check_work(organisation_id, now)
            if chat is not None:
                ask_of_work(organisation_id, chat, now)
        except Exception:
            # One organisation that cannot be looked at must not keep the others waiting.
            log.exception("handbook_not_checked", organisation=organisation_id)


def check_work(organisation_id: int, now: datetime) -> WorkChecked | None:
    """Look at what changed and, where all is to be looked at, at the next part; None where somebody else does."""
    with tenant_transaction(organisation_id) as session:
        state = _held(session, organisation_id)
        if state is None:
            return None
        handbook = HANDBOOK.counting(session, organisation_id)
        mended = _begin(session, state, handbook, now)
        ids = [*_changed(session, state, now), *_next_part(session, state, now)]
        tasks = subjects(session, ids)
        opened, whole = settle(session, organisation_id, handbook, tasks, now)
        state.checked_at = now
        return WorkChecked(len(tasks), opened, mended + whole, state.next_before is not None)


def ask_of_work(organisation_id: int, chat: Chat, now: datetime) -> int:
    """Have a model answer some of what only it can; how many tasks that was about."""
    with tenant_transaction(organisation_id) as session:
        handbook = HANDBOOK.counting(session, organisation_id)
    rules = {rule.id: rule for rule in handbook.rules if rule.ask is not None}
    ids = ask_questions(organisation_id, rules, chat, now) if rules else ()
    if ids:
        with tenant_transaction(organisation_id) as session:
            _held(session, organisation_id, waits=True)
            handbook = HANDBOOK.counting(session, organisation_id)
            settle(session, organisation_id, handbook, subjects(session, ids), now)
    return len(ids)


def _held(session: Session, organisation_id: int, *, waits: bool = False) -> HandbookCheck | None:
    session.execute(insert(HandbookCheck).values(organisation_id=organisation_id).on_conflict_do_nothing())
    chosen = sa.select(HandbookCheck).where(HandbookCheck.organisation_id == organisation_id)
    return session.scalars(chosen.with_for_update(skip_locked=not waits)).one_or_none()


def _begin(session: Session, state: HandbookCheck, handbook: Handbook, now: datetime) -> int:
    """Begin to look at all where the handbook is another one, or a day is over; how much of it is no rule any more."""
    is_over = state.next_before is None and (state.full_at is None or state.full_at <= now - _FULL_EVERY)
    if state.digest == handbook.digest and not is_over:
        return 0
    state.digest, state.full_at, state.next_before = handbook.digest, now, _ALL
    gone = sa.update(RuleViolation).where(
        RuleViolation.organisation_id == state.organisation_id,
        RuleViolation.state.in_(_NOT_MENDED),
        RuleViolation.rule.not_in([rule.id for rule in handbook.rules]),
    )
    session.execute(
        sa.delete(RuleQuestion).where(
            RuleQuestion.organisation_id == state.organisation_id,
            RuleQuestion.rule.not_in([rule.id for rule in handbook.rules if rule.ask is not None]),
        )
    )
    closed = gone.values(state=ViolationState.MENDED.value, state_at=now).returning(RuleViolation.id)
    return len(session.scalars(closed, execution_options={"synchronize_session": False}).all())


def _changed(session: Session, state: HandbookCheck, now: datetime) -> Sequence[int]:
    """The tasks of which the log tells something new."""
    mine = ProjectEvent.organisation_id == state.organisation_id
    if state.checked_at is None:
        # All is looked at anyway.
        settled = sa.select(sa.func.max(ProjectEvent.id)).where(mine, ProjectEvent.at <= now - _SETTLED)
        state.event_id = session.scalar(settled) or 0
        return ()
    new = sa.select(ProjectEvent.id, ProjectEvent.at, ProjectEvent.task_id).where(
        mine, ProjectEvent.id > state.event_id
    )
    events = session.execute(new.order_by(ProjectEvent.id).limit(_MOST_EVENTS)).all()
    for event in events:
        if event.at > now - _SETTLED:
            break
        state.event_id = event.id
    ids = {event.task_id for event in events if event.task_id is not None}
    there = looked_at(state.organisation_id, now).where(ProjectTask.id.in_(ids))
    return session.scalars(there).all() if ids else ()


def _next_part(session: Session, state: HandbookCheck, now: datetime) -> Sequence[int]:
    if state.next_before is None:
        return ()
    chosen = looked_at(state.organisation_id, now).where(ProjectTask.id < state.next_before)
    ids = session.scalars(chosen.order_by(ProjectTask.id.desc()).limit(_MOST_TASKS)).all()
    state.next_before = ids[-1] if len(ids) == _MOST_TASKS else None
    return ids


def settle(
    session: Session, organisation_id: int, handbook: Handbook, tasks: Sequence[SubjectTask], now: datetime
) -> tuple[int, int]:
    """Write down what of these tasks is broken, and what is no more; how many of each were not so before."""
    held = [each for task in tasks for each in held_against(task, handbook.rules)]
    asked = [each for each, _ in held if each.rule.ask is not None]
    told = answers(session, organisation_id, asked)
    open_questions = {each.key for each in asked if each.key not in told}
    broken = {each.key: each for each, breaks in held if breaks or (each.key in told and told[each.key].breaks)}
    known = sa.select(RuleViolation).where(
        RuleViolation.organisation_id == organisation_id, RuleViolation.task_id.in_([task.id for task in tasks])
    )
    opened = mended = 0
    for row in session.scalars(known).all():
        key = (row.rule, row.task_id, row.comment_id)
        found = broken.pop(key, None)
        if key in open_questions:
            continue
        if found is None:
            if row.state != ViolationState.MENDED:
                row.state, row.state_at = ViolationState.MENDED.value, now
                mended += 1
            continue
        row.version, row.told = found.rule.version, found.rule.told
        row.why = told[key].why if key in told else None
        if row.state == ViolationState.MENDED:
            row.state, row.state_at, row.since = ViolationState.OPEN.value, now, now
            row.waived_by = row.reason = None
            opened += 1
    session.add_all(_row(organisation_id, found, told.get(key), now) for key, found in broken.items())
    return opened + len(broken), mended


def _row(organisation_id: int, found: HeldAgainst, said: RuleQuestion | None, now: datetime) -> RuleViolation:
    return RuleViolation(
        organisation_id=organisation_id,
        rule=found.rule.id,
        version=found.rule.version,
        told=found.rule.told,
        task_id=found.task_id,
        comment_id=found.comment_id,
        why=said.why if said is not None else None,
        state=ViolationState.OPEN.value,
        since=now,
        state_at=now,
    )


@dataclass(frozen=True, slots=True)
class HandbookTrial:
    """What a handbook finds in the newest `tasks`: of each rule, what it is about, what breaks it, and some of that."""

    tasks: int
    about: Mapping[str, int]
    broken: Mapping[str, int]
    examples: Mapping[str, Sequence[int]]


def try_handbook(organisation_id: int, handbook: Handbook, now: datetime) -> HandbookTrial:
    """Hold a handbook against what is there. Nothing is written down."""
    about = dict.fromkeys((rule.id for rule in handbook.rules), 0)
    broken, examples = dict(about), {name: list[int]() for name in about}
    with tenant_transaction(organisation_id) as session:
        ids = session.scalars(looked_at(organisation_id, now).order_by(ProjectTask.id.desc()).limit(_MOST_TRIED)).all()
        for start in range(0, len(ids), _MOST_TASKS):
            for task in subjects(session, ids[start : start + _MOST_TASKS]):
                for each, breaks in held_against(task, handbook.rules):
                    name = each.rule.id
                    about[name] += 1
                    broken[name] += breaks
                    if breaks and len(examples[name]) < _MOST_EXAMPLES and task.id not in examples[name]:
                        examples[name].append(task.id)
    return HandbookTrial(len(ids), about, broken, examples)
