"""Leads that are to be records: what a person says within a month of the last time is the same wish."""

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.crm.side import kind_of_leads
from cci_app.coordination.sync.conflicts import OURS
from cci_app.coordination.sync.models import SyncConflict
from cci_app.coordination.sync.rounds import move
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.leads.models import Lead, LeadRecord, LeadRecordState
from cci_app.leads.side import LeadSide

SAME_WISH: Final = timedelta(days=30)
_AT_ONCE: Final = 500
# A turn's transaction ends long before: what it wrote is seen so much later than the moment that it bears.
_SEEN_LATE: Final = timedelta(hours=1)
_TROUBLED: Final = (LeadRecordState.REFUSED, LeadRecordState.UNCERTAIN)


def take_up(side: LeadSide, position: Any, now: datetime) -> None:
    """Have the leads that came since the CRM takes them be records: one of their own, or more of the person's last."""
    upto = datetime.fromisoformat(position.cursor) - _SEEN_LATE if position.cursor else position.since
    with tenant_transaction(side.organisation_id) as session:
        leads = session.scalars(_not_taken_up(side, max(upto, position.since))).all()
        for lead in leads:
            _take_up_one(session, side, lead)
    read = leads[-1].created_at if len(leads) == _AT_ONCE else now
    move(side.organisation_id, kind_of_leads(side.kind), cursor=read.isoformat())


def _not_taken_up(side: LeadSide, since: datetime) -> sa.Select[Lead]:
    taken = sa.select(LeadRecord.id).where(*_of_person(side, Lead), LeadRecord.last_lead_id >= Lead.id)
    chosen = sa.select(Lead).where(
        Lead.organisation_id == side.organisation_id, Lead.created_at >= since, ~taken.exists()
    )
    return chosen.order_by(Lead.created_at, Lead.id).limit(_AT_ONCE)


def _of_person(side: LeadSide, lead: Lead | type[Lead]) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        LeadRecord.organisation_id == side.organisation_id,
        LeadRecord.kind == side.kind,
        LeadRecord.assistant == lead.assistant,
        LeadRecord.user_id == lead.user_id,
    )


def _take_up_one(session: Session, side: LeadSide, lead: Lead) -> None:
    latest = sa.select(LeadRecord).where(*_of_person(side, lead)).order_by(LeadRecord.last_lead_id.desc()).limit(1)
    record = session.scalars(latest.with_for_update()).one_or_none()
    if record is None or lead.created_at - record.last_lead_at > SAME_WISH:
        session.add(
            LeadRecord(
                organisation_id=side.organisation_id,
                assistant=lead.assistant,
                user_id=lead.user_id,
                kind=side.kind.value,
                first_lead_id=lead.id,
                last_lead_id=lead.id,
                last_lead_at=lead.created_at,
                state=LeadRecordState.WAITING.value,
                given={},
                changed_at=clock.now(),
            )
        )
    else:
        record.last_lead_id, record.last_lead_at = lead.id, lead.created_at
        # One whose making is not known stays so: what is new of it is written when it is found.
        if record.state in {LeadRecordState.GIVEN, LeadRecordState.REFUSED}:
            record.state, record.changed_at = LeadRecordState.WAITING.value, clock.now()
    session.flush()


def heed_people(side: LeadSide) -> None:
    """Have the records be written of which a person said so since."""
    told = sa.select(SyncConflict.id).where(
        SyncConflict.organisation_id == LeadRecord.organisation_id,
        SyncConflict.kind == kind_of_leads(side.kind),
        SyncConflict.record == sa.func.concat("lead ", LeadRecord.first_lead_id),
        SyncConflict.kept == OURS,
        SyncConflict.resolved_at >= LeadRecord.changed_at,
    )
    mine = (LeadRecord.organisation_id == side.organisation_id, LeadRecord.kind == side.kind)
    again = sa.update(LeadRecord).where(*mine, LeadRecord.state.in_(_TROUBLED), told.exists())
    with tenant_transaction(side.organisation_id) as session:
        session.execute(again.values(state=LeadRecordState.WAITING, changed_at=clock.now()))
