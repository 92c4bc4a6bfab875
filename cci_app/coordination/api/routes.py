"""Projects, people, labels, comments, what was done, and tasks."""

from collections.abc import Sequence
from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.coordination import collaborators, comments, figures, labels, projects
from cci_app.coordination.api import examples, schemas
from cci_app.coordination.api.schemas import IfMatch, seen
from cci_app.core.database import tenant_transaction
from cci_app.core.http.api import EdgeBlueprint


def _id(name: str) -> list[dict[str, Any]]:
    return [{"in": "path", "name": name, "example": 7}]


def _organisation() -> int:
    return current_caller().organisation_id


def _page(rows: Sequence[Any], limit: int) -> dict[str, Any]:
    return {"items": rows, "next": rows[-1].id if len(rows) == limit else None}


def _removed(row_id: int) -> dict[str, Any]:
    return {"id": row_id, "removed": True}


projects_api = EdgeBlueprint("projects", __name__, url_prefix="/api/projects", description="Projects")
people_api = EdgeBlueprint("work_people", __name__, url_prefix="/api/people", description="Who works on projects")
labels_api = EdgeBlueprint("work_labels", __name__, url_prefix="/api/labels", description="Labels of tasks")
comments_api = EdgeBlueprint("task_comments", __name__, url_prefix="/api/comments", description="Words about tasks")
activity_api = EdgeBlueprint("activity", __name__, url_prefix="/api/activity", description="What was done")


@projects_api.get("")
@projects_api.arguments(schemas.ProjectsQuery, location="query")
@projects_api.response(200, schemas.ProjectsResponse, example=examples.page(examples.PROJECT))
def list_projects(query: dict[str, Any]) -> dict[str, Any]:
    """List projects, the newest first."""
    return _page(projects.list_projects(_organisation(), **query), query["limit"])


@projects_api.post("")
@projects_api.arguments(schemas.NewProjectPayload, example=examples.NEW_PROJECT)
@projects_api.response(201, schemas.ProjectResponse, example=examples.PROJECT)
@projects_api.alt_response(404, "NOT_FOUND")
@projects_api.alt_response(409, "CONFLICT")
def add_project(payload: dict[str, Any]) -> Any:
    """Begin a project."""
    return projects.add_project(_organisation(), payload)


@projects_api.get("/<int:project_id>", parameters=_id("project_id"))
@projects_api.response(200, schemas.ProjectResponse, example=examples.PROJECT)
@projects_api.alt_response(404, "NOT_FOUND")
def get_project(project_id: int) -> Any:
    """Tell a project."""
    return projects.find_project(_organisation(), project_id)


@projects_api.get("/<int:project_id>/figures", parameters=_id("project_id"))
@projects_api.response(200, schemas.ProjectFiguresResponse, example=examples.FIGURES)
@projects_api.alt_response(404, "NOT_FOUND")
def get_project_figures(project_id: int) -> dict[str, Any]:
    """Tell how a project stands: counts, how it came on, and who has how much of it."""
    whose = _organisation()
    projects.find_project(whose, project_id)
    return {
        "stats": figures.work_stats(whose, project_id),
        "burn_up": figures.burn_up(whose, project_id),
        "people": figures.loads(whose, project_id),
    }


@projects_api.patch("/<int:project_id>", parameters=_id("project_id"))
@projects_api.arguments(IfMatch, location="headers")
@projects_api.arguments(schemas.ProjectPayload, example={"status": "on_hold"})
@projects_api.response(200, schemas.ProjectResponse, example=examples.PROJECT)
@projects_api.alt_response(404, "NOT_FOUND")
@projects_api.alt_response(409, "CONFLICT")
def change_project(headers: dict[str, Any], payload: dict[str, Any], project_id: int) -> Any:
    """Change what is named of a project."""
    return projects.change_project(_organisation(), project_id, payload, seen(headers))


@projects_api.delete("/<int:project_id>", parameters=_id("project_id"))
@projects_api.arguments(IfMatch, location="headers")
@projects_api.response(200, schemas.RemovedRowResponse, example={"id": 7, "removed": True})
@projects_api.alt_response(404, "NOT_FOUND")
@projects_api.alt_response(409, "CONFLICT")
def remove_project(headers: dict[str, Any], project_id: int) -> dict[str, Any]:
    """Remove a project with its tasks and its history."""
    projects.remove_project(_organisation(), project_id, seen(headers))
    return _removed(project_id)


@people_api.get("")
@people_api.arguments(schemas.PeopleQuery, location="query")
@people_api.response(200, schemas.PeopleResponse, example=examples.page(examples.PERSON))
def list_work_people(query: dict[str, Any]) -> dict[str, Any]:
    """List all who work on projects, by name."""
    return {"items": collaborators.list_collaborators(_organisation(), **query), "next": None}


@people_api.post("")
@people_api.arguments(schemas.NewPersonPayload, example=examples.NEW_PERSON)
@people_api.response(201, schemas.PersonResponse, example=examples.PERSON)
@people_api.alt_response(404, "NOT_FOUND")
@people_api.alt_response(409, "CONFLICT")
def add_person(payload: dict[str, Any]) -> Any:
    """Keep somebody who works on projects, and how they are reached."""
    return collaborators.add_collaborator(_organisation(), payload)


@people_api.get("/<int:person_id>", parameters=_id("person_id"))
@people_api.response(200, schemas.PersonResponse, example=examples.PERSON)
@people_api.alt_response(404, "NOT_FOUND")
def get_person(person_id: int) -> Any:
    """Tell who somebody is."""
    return collaborators.find_collaborator(_organisation(), person_id)


@people_api.patch("/<int:person_id>", parameters=_id("person_id"))
@people_api.arguments(IfMatch, location="headers")
@people_api.arguments(schemas.PersonPayload, example={"role": "art director"})
@people_api.response(200, schemas.PersonResponse, example=examples.PERSON)
@people_api.alt_response(404, "NOT_FOUND")
@people_api.alt_response(409, "CONFLICT")
def change_person(headers: dict[str, Any], payload: dict[str, Any], person_id: int) -> Any:
    """Change what is named of somebody."""
    return collaborators.change_collaborator(_organisation(), person_id, payload, seen(headers))


@people_api.delete("/<int:person_id>", parameters=_id("person_id"))
@people_api.response(200, schemas.RemovedRowResponse, example={"id": 7, "removed": True})
@people_api.alt_response(404, "NOT_FOUND")
def forget_person(person_id: int) -> dict[str, Any]:
    """Forget somebody altogether: their tasks are nobody's. Who left is better kept, with `left_on`."""
    collaborators.remove_collaborator(_organisation(), person_id)
    return _removed(person_id)


@labels_api.get("")
@labels_api.response(200, schemas.AllLabelsResponse, example=examples.page(examples.LABEL))
def list_all_labels() -> dict[str, Any]:
    """List all labels, by name."""
    return {"items": labels.list_labels(_organisation()), "next": None}


@labels_api.post("")
@labels_api.arguments(schemas.NewLabelPayload, example={"name": "urgente", "color": "#d9480f"})
@labels_api.response(201, schemas.LabelResponse, example=examples.LABEL)
@labels_api.alt_response(409, "CONFLICT")
def add_label(payload: dict[str, Any]) -> Any:
    """Make a label."""
    return labels.add_label(_organisation(), payload)


@labels_api.get("/<int:label_id>", parameters=_id("label_id"))
@labels_api.response(200, schemas.LabelResponse, example=examples.LABEL)
@labels_api.alt_response(404, "NOT_FOUND")
def get_label(label_id: int) -> Any:
    """Tell a label."""
    return labels.find_label(_organisation(), label_id)


@labels_api.patch("/<int:label_id>", parameters=_id("label_id"))
@labels_api.arguments(IfMatch, location="headers")
@labels_api.arguments(schemas.LabelPayload, example={"color": "#d9480f"})
@labels_api.response(200, schemas.LabelResponse, example=examples.LABEL)
@labels_api.alt_response(404, "NOT_FOUND")
@labels_api.alt_response(409, "CONFLICT")
def change_label(headers: dict[str, Any], payload: dict[str, Any], label_id: int) -> Any:
    """Change what is named of a label."""
    return labels.change_label(_organisation(), label_id, payload, seen(headers))


@labels_api.delete("/<int:label_id>", parameters=_id("label_id"))
@labels_api.response(200, schemas.RemovedRowResponse, example={"id": 7, "removed": True})
@labels_api.alt_response(404, "NOT_FOUND")
def remove_label(label_id: int) -> dict[str, Any]:
    """Remove a label, from its tasks too."""
    labels.remove_label(_organisation(), label_id)
    return _removed(label_id)


@comments_api.get("")
@comments_api.arguments(schemas.CommentsQuery, location="query")
@comments_api.response(200, schemas.CommentsResponse, example=examples.page(examples.COMMENT))
def list_comments(query: dict[str, Any]) -> dict[str, Any]:
    """List comments, the newest first, of a task or of all."""
    return _page(comments.list_comments(_organisation(), **query), query["limit"])


@comments_api.post("")
@comments_api.arguments(schemas.NewCommentPayload, example={"task_id": 7, "content": "@ana.perez, ¿para cuándo?"})
@comments_api.response(201, schemas.CommentResponse, example=examples.COMMENT)
@comments_api.alt_response(404, "NOT_FOUND")
def add_comment(payload: dict[str, Any]) -> Any:
    """Say something about a task."""
    caller = current_caller()
    with tenant_transaction(caller.organisation_id) as session:
        author = collaborators.collaborator_of(session, caller)
    return comments.add_comment(caller.organisation_id, **payload, author=author)


@comments_api.get("/<int:comment_id>", parameters=_id("comment_id"))
@comments_api.response(200, schemas.CommentResponse, example=examples.COMMENT)
@comments_api.alt_response(404, "NOT_FOUND")
def get_comment(comment_id: int) -> Any:
    """Tell a comment."""
    return comments.find_comment(_organisation(), comment_id)


@comments_api.patch("/<int:comment_id>", parameters=_id("comment_id"))
@comments_api.arguments(IfMatch, location="headers")
@comments_api.arguments(schemas.CommentPayload, example={"content": "Lista"})
@comments_api.response(200, schemas.CommentResponse, example=examples.COMMENT)
@comments_api.alt_response(404, "NOT_FOUND")
@comments_api.alt_response(409, "CONFLICT")
def change_comment(headers: dict[str, Any], payload: dict[str, Any], comment_id: int) -> Any:
    """Say it otherwise."""
    return comments.change_comment(_organisation(), comment_id, payload["content"], seen(headers))


@comments_api.delete("/<int:comment_id>", parameters=_id("comment_id"))
@comments_api.response(200, schemas.RemovedRowResponse, example={"id": 7, "removed": True})
@comments_api.alt_response(404, "NOT_FOUND")
def remove_comment(comment_id: int) -> dict[str, Any]:
    """Take words back."""
    comments.remove_comment(_organisation(), comment_id)
    return _removed(comment_id)


@activity_api.get("")
@activity_api.arguments(schemas.ActivityQuery, location="query")
@activity_api.response(200, schemas.ActivityResponse, example=examples.page(examples.EVENT))
def list_activity(query: dict[str, Any]) -> dict[str, Any]:
    """List what was done, the newest first, with all or with one project or task."""
    return _page(projects.project_events(_organisation(), **query), query["limit"])
