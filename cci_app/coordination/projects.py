"""Projects: made, changed, ended, and what was done with them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.changing import apply, check_version, found, note
from cci_app.coordination.collaborators import assignable
from cci_app.coordination.errors import DatesReversed
from cci_app.coordination.models import Project, ProjectEvent, ProjectStatus
from cci_app.core.audit import record
from cci_app.core.database import system_transaction, tenant_transaction


def add_project(organisation_id: int, values: Mapping[str, Any]) -> Project:
    """Begin a project. Raises DatesReversed, and NotFound or PersonLeft for who shall lead it."""
    check_dates(values.get("start_date"), values.get("deadline"), "deadline")
    with tenant_transaction(organisation_id) as session:
        _check_leads(session, organisation_id, values)
        project = Project(organisation_id=organisation_id, **values)
        session.add(project)
        session.flush()
        session.refresh(project)
        note(session, organisation_id, project.id, "project.created", {"name": [None, project.name]})
        record(session, organisation_id, "project.created", f"project:{project.id}")
        return project


def change_project(
    organisation_id: int, project_id: int, changes: Mapping[str, Any], seen: int | None = None
) -> Project:
    """Change what was named. Raises NotFound, VersionConflict, DatesReversed, PersonLeft."""
    with tenant_transaction(organisation_id) as session:
        project = found(session, Project, organisation_id, project_id, locked=True)
        check_version(project, seen, changes)
        _check_leads(session, organisation_id, changes)
        told = apply(project, changes)
        check_dates(project.start_date, project.deadline, "deadline")
        if told:
            note(session, organisation_id, project_id, "project.changed", told)
        session.flush()
        return project


def remove_project(organisation_id: int, project_id: int, seen: int | None = None) -> None:
    """Remove a project with its tasks and its history. Raises NotFound, VersionConflict."""
    with tenant_transaction(organisation_id) as session:
        project = found(session, Project, organisation_id, project_id, locked=True)
        check_version(project, seen, {})
        session.delete(project)
        record(session, organisation_id, "project.removed", f"project:{project_id}", {"name": project.name})


def find_project(organisation_id: int, project_id: int) -> Project:
    """One project. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return found(session, Project, organisation_id, project_id)


def list_projects(
    organisation_id: int, status: ProjectStatus | None = None, before: int | None = None, limit: int = 50
) -> Sequence[Project]:
    """Projects, the newest first; `before` is the id of one, left out."""
    chosen = sa.select(Project).where(Project.organisation_id == organisation_id)
    if status is not None:
        chosen = chosen.where(Project.status == status)
    if before is not None:
        chosen = chosen.where(Project.id < before)
    with tenant_transaction(organisation_id) as session:
        return session.scalars(chosen.order_by(Project.id.desc()).limit(limit)).all()


def project_events(
    organisation_id: int,
    project_id: int | None = None,
    task_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[ProjectEvent]:
    """What was done, the newest first."""
    chosen = sa.select(ProjectEvent).where(ProjectEvent.organisation_id == organisation_id)
    for column, value in ((ProjectEvent.project_id, project_id), (ProjectEvent.task_id, task_id)):
        if value is not None:
            chosen = chosen.where(column == value)
    if before is not None:
        chosen = chosen.where(ProjectEvent.id < before)
    with tenant_transaction(organisation_id) as session:
        return session.scalars(chosen.order_by(ProjectEvent.id.desc()).limit(limit)).all()


def check_dates(start: date | None, end: date | None, field: str) -> None:
    """Raise DatesReversed where the end is before the start."""
    if start is not None and end is not None and end < start:
        told = f"it begins on {start} and cannot be due on {end}, before that"
        raise DatesReversed(told, details={field: [told]})


def _check_leads(session: Session, organisation_id: int, values: Mapping[str, Any]) -> None:
    for name in ("owner_id", "manager_id"):
        assignable(session, organisation_id, values.get(name))


def organisations_with_work() -> Sequence[int]:
    """The organisations that have an active project."""
    with system_transaction() as session:
        chosen = sa.select(Project.organisation_id).where(Project.status == ProjectStatus.ACTIVE).distinct()
        return session.scalars(chosen.order_by(Project.organisation_id)).all()
