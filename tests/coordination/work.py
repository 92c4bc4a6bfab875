"""Projects, people and tasks for tests."""

from typing import Any

from cci_app.coordination.collaborators import add_collaborator
from cci_app.coordination.models import Collaborator, Project, ProjectTask
from cci_app.coordination.projects import add_project
from cci_app.coordination.tasks import add_task
from tests.conftest import Tenant


def make_project(tenant: Tenant, name: str = "Web", **values: Any) -> Project:
    """A project of the organisation."""
    return add_project(tenant.organisation_id, {"name": name, **values})


def make_person(tenant: Tenant, name: str = "Ana Pérez", **values: Any) -> Collaborator:
    """Somebody who works for it."""
    return add_collaborator(tenant.organisation_id, {"name": name, **values})


def give(tenant: Tenant, project: Project, title: str = "Diseño", **values: Any) -> ProjectTask:
    """A task of the project."""
    return add_task(tenant.organisation_id, {"project_id": project.id, "title": title, **values})
