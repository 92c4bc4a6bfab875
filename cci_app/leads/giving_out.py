"""Leads given out to a CRM: one record for what a person wants, made once, changed when they say more."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.crm.meaning import as_raw
from cci_app.coordination.crm.side import CRM_KINDS, kind_of_leads, mapping_name
from cci_app.coordination.models import OutsideKind
from cci_app.coordination.sync.conflicts import close, forget_old, note_trouble
from cci_app.coordination.sync.models import ConflictCause
from cci_app.coordination.sync.rounds import one_round, rounds_of_all
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import CciError, InvalidInput, NotFound
from cci_app.integrations.answers import WriteUncertain
from cci_app.leads.meaning import of_leads
from cci_app.leads.models import Lead, LeadRecord, LeadRecordState
from cci_app.leads.side import LeadSide, lead_side_of
from cci_app.leads.taking_up import heed_people, take_up

_AT_ONCE: Final = 200
# An index of theirs may show a new record so much later.
_INDEXED: Final = timedelta(minutes=2)


def give_all_leads(now: datetime | None = None) -> None:
    """A round for every organisation whose CRM takes leads."""
    for kind in CRM_KINDS:
        rounds_of_all(kind.value, partial(give_leads, kind), now)


def give_leads(kind: OutsideKind, organisation_id: int, now: datetime) -> bool:
    """A round for one organisation's CRM; whether it takes leads, and it was time for one."""
    if mapping_name(organisation_id, kind, "leads") is None:
        return False

    def take_round(position: Any) -> None:
        side = lead_side_of(organisation_id, kind)
        take_up(side, position, now)
        heed_people(side)
        _look_for_made(side, now)
        for record_id, _ in _records_in(side, LeadRecordState.WAITING):
            try:
                _give_out(side, record_id)
            except (InvalidInput, NotFound) as refused:
                _trouble(side, record_id, LeadRecordState.REFUSED, refused.message)
        forget_old(organisation_id, now)

    return one_round(organisation_id, kind_of_leads(kind), now, take_round)


def _records_in(side: LeadSide, state: LeadRecordState) -> list[tuple[int, datetime]]:
    """Id and moment of the records in a state, the longest ago first."""
    chosen = (
        sa.select(LeadRecord.id, LeadRecord.changed_at)
        .filter_by(organisation_id=side.organisation_id, kind=side.kind, state=state)
        .order_by(LeadRecord.changed_at, LeadRecord.id)
        .limit(_AT_ONCE)
    )
    with tenant_transaction(side.organisation_id) as session:
        return [(row.id, row.changed_at) for row in session.execute(chosen)]


def _look_for_made(side: LeadSide, now: datetime) -> None:
    """Look for the records whose making was not answered; where nobody can look, a person is asked."""
    for record_id, sent_at in _records_in(side, LeadRecordState.SENT):
        if side.mapping.find is None:
            unknown = "nobody knows whether it was made: its answer never came, and the mapping has no `find`"
            _trouble(side, record_id, LeadRecordState.UNCERTAIN, unknown)
            continue
        with tenant_transaction(side.organisation_id) as session:
            key = session.get_one(LeadRecord, record_id).key
        there = side.crm.found(key)
        if there:
            _note(side, record_id, LeadRecordState.WAITING, external_id=there[0].id)
        elif now - sent_at >= _INDEXED:
            _note(side, record_id, LeadRecordState.WAITING)


def _give_out(side: LeadSide, record_id: int) -> None:
    """Make the record, or write what is new of it.

    Raises WriteUncertain where no answer came to its making: the next round looks for it.
    """
    with tenant_transaction(side.organisation_id) as session:
        record = session.get(LeadRecord, record_id)
        leads = _leads_of(session, record) if record is not None else []
        if record is None or not leads:
            # The person was erased meanwhile.
            return
        here = of_leads(side.mapping, leads, side.zone)
        key, external_id, given, seen = record.key, record.external_id, record.given, record.last_lead_id
    if external_id is None:
        external_id = _make(side, record_id, here, key)
    else:
        changes = {name: value for name, value in here.items() if value != given.get(name)}
        raw = as_raw(side.mapping, changes, {}, side.zone)
        if raw:
            # One whose writing fails again and again comes after the others.
            _note(side, record_id, LeadRecordState.WAITING)
            side.crm.update(external_id, raw)
    with tenant_transaction(side.organisation_id) as session:
        record = session.get(LeadRecord, record_id, with_for_update=True)
        if record is not None:
            more = record.last_lead_id != seen
            record.state = (LeadRecordState.WAITING if more else LeadRecordState.GIVEN).value
            record.external_id, record.given, record.changed_at = external_id, here, clock.now()
            close(session, side.organisation_id, kind_of_leads(side.kind), key, *ConflictCause)


def _make(side: LeadSide, record_id: int, here: dict[str, Any], key: str) -> str:
    """What the CRM calls the record that it made. That it is sent is on record before."""
    _note(side, record_id, LeadRecordState.SENT, given=here)
    try:
        return side.crm.create(as_raw(side.mapping, here, {}, side.zone), key).id
    except WriteUncertain:
        raise
    except CciError:
        _note(side, record_id, LeadRecordState.WAITING, given={})
        raise


def _leads_of(session: Session, record: LeadRecord) -> list[Lead]:
    chosen = sa.select(Lead).where(
        Lead.organisation_id == record.organisation_id,
        Lead.assistant == record.assistant,
        Lead.user_id == record.user_id,
        Lead.id.between(record.first_lead_id, record.last_lead_id),
    )
    return list(session.scalars(chosen.order_by(Lead.id)))


def _note(side: LeadSide, record_id: int, state: LeadRecordState, **values: Any) -> None:
    values |= {"state": state, "changed_at": clock.now()}
    mine = (LeadRecord.organisation_id == side.organisation_id, LeadRecord.id == record_id)
    with tenant_transaction(side.organisation_id) as session:
        session.execute(sa.update(LeadRecord).where(*mine).values(**values))


def _trouble(side: LeadSide, record_id: int, state: LeadRecordState, reason: str) -> None:
    """Keep for a person, and tell by an alert, that the CRM refuses it, or that nobody knows whether it was made."""
    cause = ConflictCause.NOT_TAKEN if state is LeadRecordState.REFUSED else ConflictCause.UNCERTAIN
    with tenant_transaction(side.organisation_id) as session:
        record = session.get(LeadRecord, record_id, with_for_update=True)
        if record is not None:
            record.state, record.changed_at = state.value, clock.now()
            note_trouble(session, side.organisation_id, cause, kind_of_leads(side.kind), record.key, reason)
