"""The table of reports."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned, belongs_to
from cci_app.jobs.models import Frequency

KEY_LENGTH = 80


class WorkReport(OrganisationOwned, Base):
    """The figures of some days as they were when it was made: of all, of a project, of somebody, or of both.

    `figures` names people by their ids alone, so that whoever is forgotten stands in no report. `key` is whose request
    or job made it: the same one makes it once. `deliveries` tells of each person how it went to them, or why not.
    """

    __tablename__ = "work_reports"
    __table_args__ = (
        belongs_to("projects", "project_id"),
        belongs_to("collaborators", "collaborator_id"),
        sa.UniqueConstraint("organisation_id", "key"),
        sa.CheckConstraint(f"period IN ({', '.join(repr(each.value) for each in Frequency)})", name="period"),
        sa.CheckConstraint("starts <= ends", name="days"),
        sa.Index(None, "organisation_id", "id"),
        sa.Index(None, "project_id"),
        sa.Index(None, "collaborator_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(KEY_LENGTH))
    period: Mapped[str] = mapped_column(sa.String(8))
    starts: Mapped[date]
    ends: Mapped[date]
    project_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    collaborator_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    figures: Mapped[dict[str, Any]]
    deliveries: Mapped[list[Any]] = mapped_column(server_default=sa.text("'[]'"))
    made_by: Mapped[str] = mapped_column(sa.String(254))
    created_at: Mapped[datetime]
