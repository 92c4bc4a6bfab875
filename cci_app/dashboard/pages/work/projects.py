"""Projects, one of them with its figures, and the people who work."""

from typing import Any

from flask import Blueprint, make_response, request

from cci_app.accounts.auth import current_caller
from cci_app.coordination import figures
from cci_app.coordination.api.schemas import NewPersonPayload, NewProjectPayload, ProjectPayload
from cci_app.coordination.collaborators import add_collaborator, list_collaborators
from cci_app.coordination.finding import TaskFilter, TaskOrder, find_tasks
from cci_app.coordination.projects import add_project, change_project, find_project, list_projects, project_events
from cci_app.core.errors import Conflict, InvalidInput
from cci_app.dashboard.asked import between_commas, loaded, sent
from cci_app.dashboard.frame import go, organisation_id
from cci_app.dashboard.pages.work.shown import told, work_page
from cci_app.dashboard.words import gettext

_MOST = 200
_DAYS = 30


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/projects")(show_projects)
    pages.post("/projects")(begin_project)
    pages.get("/projects/<int:project_id>")(show_project)
    pages.post("/projects/<int:project_id>/change")(change)
    pages.get("/people")(show_people)
    pages.post("/people")(keep_person)


def show_projects(problem: str | None = None) -> str:
    """All projects, with how far each is."""
    found = list_projects(organisation_id(), limit=_MOST)
    counts = figures.counts_of_projects(organisation_id(), [each.id for each in found])
    return work_page("projects", "projects", found=found, counts=counts, problem=problem)


def begin_project() -> Any:
    """Begin a project."""
    try:
        project = add_project(organisation_id(), sent(NewProjectPayload()))
    except (Conflict, InvalidInput) as error:
        return make_response(show_projects(told(error)), error.status)
    return go(f"/admin/work/projects/{project.id}")


def show_project(project_id: int, problem: str | None = None) -> str:
    """A project: counts, how it came on, what is late and who has how much."""
    whose = organisation_id()
    project = find_project(whose, project_id)
    late = TaskFilter(project_id=project_id, overdue=True)
    return work_page(
        "project",
        "projects",
        project=project,
        stats=figures.work_stats(whose, project_id),
        burn_up=figures.burn_up(whose, project_id, _DAYS),
        loads=[each for each in figures.loads(whose, project_id) if each.open],
        late=find_tasks(current_caller(), late, TaskOrder.DUE_FIRST, limit=20),
        events=project_events(whose, project_id, limit=8),
        problem=problem,
    )


def change(project_id: int) -> Any:
    """Say how a project stands, at the version that was seen."""
    seen = request.form.get("version", "")
    try:
        status = loaded(ProjectPayload(only=("status",)), {"status": request.form.get("status", "")})
        change_project(organisation_id(), project_id, status, int(seen) if seen.isdecimal() else None)
    except (Conflict, InvalidInput) as error:
        return make_response(show_project(project_id, told(error)), error.status)
    return go(f"/admin/work/projects/{project_id}")


def show_people(problem: str | None = None) -> str:
    """Who works, what they can, how they are reached and how much they have."""
    whose = organisation_id()
    loads = {each.id: each for each in figures.loads(whose)}
    return work_page(
        "people", "people", everybody=list_collaborators(whose, also_left=True), loads=loads, problem=problem
    )


def keep_person() -> Any:
    """Keep somebody who works."""
    try:
        form = request.form
        skills = between_commas(form.get("skills", ""))
        address = form.get("email", "").strip()
        reach = [{"via": "email", "to": address}] if address else []
        given: dict[str, Any] = {name: value for name in ("name", "role") if (value := form.get(name, "").strip())}
        manager = form.get("manager_id", "")
        given |= {"manager_id": int(manager)} if manager.isdecimal() else {}
        add_collaborator(organisation_id(), loaded(NewPersonPayload(), {**given, "skills": skills, "reach": reach}))
    except Conflict:
        refused = gettext("Somebody of that name is here already: write the name so that it tells them apart.")
        return make_response(show_people(refused), Conflict.status)
    except InvalidInput as error:
        return make_response(show_people(told(error)), error.status)
    return go("/admin/work/people")
