"""Reports: made once for each key, kept as they were, found again."""

import uuid
from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from cci_app.coordination.changing import found
from cci_app.coordination.finding import today_of
from cci_app.coordination.models import Collaborator, Project
from cci_app.core import clock
from cci_app.core.audit import acting
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import NotFound
from cci_app.jobs.models import Frequency
from cci_app.reports.figures import ReportScope, ReportSpan, figures_of, span_of
from cci_app.reports.models import WorkReport


def make_report(scope: ReportScope, span: ReportSpan, key: str | None = None) -> WorkReport:
    """Count, and keep what was counted; a key that made one before makes none. Raises NotFound."""
    now, whose = clock.now(), scope.organisation_id
    with tenant_transaction(whose) as session:
        if scope.project_id is not None:
            found(session, Project, whose, scope.project_id)
        if scope.collaborator_id is not None:
            found(session, Collaborator, whose, scope.collaborator_id)
        values = {
            "organisation_id": whose,
            "key": key or f"request {uuid.uuid4().hex}",
            "period": span.period,
            "starts": span.starts,
            "ends": span.ends,
            "project_id": scope.project_id,
            "collaborator_id": scope.collaborator_id,
            "figures": figures_of(session, scope, span, now),
            "made_by": acting().name[:254],
            "created_at": now,
        }
        once = insert(WorkReport).values(values).on_conflict_do_nothing(index_elements=["organisation_id", "key"])
        session.execute(once)
        chosen = sa.select(WorkReport).where(WorkReport.organisation_id == whose, WorkReport.key == values["key"])
        return session.scalars(chosen).one()


def span_until(organisation_id: int, period: Frequency, day: date | None) -> ReportSpan:
    """The days of a report that ends with that day; the last that are over where none is named."""
    if day is None:
        with tenant_transaction(organisation_id) as session:
            return span_of(period, today_of(session, organisation_id))
    if period is Frequency.MONTHLY:
        return ReportSpan(period, day.replace(day=1), day)
    return ReportSpan(period, date.fromordinal(day.toordinal() - (6 if period is Frequency.WEEKLY else 0)), day)


def find_report(organisation_id: int, report_id: int) -> WorkReport:
    """One report. Raises NotFound."""
    chosen = sa.select(WorkReport).where(WorkReport.organisation_id == organisation_id, WorkReport.id == report_id)
    with tenant_transaction(organisation_id) as session:
        report = session.scalars(chosen).one_or_none()
    if report is None:
        raise NotFound(f"there is no report {report_id}")
    return report


def list_reports(organisation_id: int, before: int | None = None, limit: int = 50) -> Sequence[WorkReport]:
    """The reports, the newest first."""
    chosen = sa.select(WorkReport).where(WorkReport.organisation_id == organisation_id)
    if before is not None:
        chosen = chosen.where(WorkReport.id < before)
    with tenant_transaction(organisation_id) as session:
        return session.scalars(chosen.order_by(WorkReport.id.desc()).limit(limit)).all()
