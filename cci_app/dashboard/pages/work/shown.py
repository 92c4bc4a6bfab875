"""What several pages of the work show: who there is, which projects and labels, and what was wrong with a change."""

from typing import Any

from flask import current_app

from cci_app.accounts.auth import current_caller
from cci_app.coordination.collaborators import collaborator_of, list_collaborators
from cci_app.coordination.errors import PersonLeft, VersionConflict
from cci_app.coordination.finding import ME, NOBODY, today_of
from cci_app.coordination.labels import list_labels
from cci_app.coordination.models import Collaborator
from cci_app.coordination.projects import list_projects
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, InvalidInput
from cci_app.dashboard import work_words
from cci_app.dashboard.choices import Choices
from cci_app.dashboard.frame import organisation_id, page
from cci_app.dashboard.words import gettext

_MOST_PROJECTS = 200


def me() -> Collaborator | None:
    """Who of those who work looks at the page; None for a member who works on nothing."""
    with tenant_transaction(organisation_id()) as session:
        return collaborator_of(session, current_caller())


def today() -> Any:
    """Which day it is for the organisation."""
    with tenant_transaction(organisation_id()) as session:
        return today_of(session, organisation_id())


def projects() -> Choices:
    """The projects, as choices."""
    return [(str(each.id), each.name) for each in list_projects(organisation_id(), limit=_MOST_PROJECTS)]


def work_page(template: str, here: str, **context: Any) -> str:
    """Render a page of the work; `here` is its tab.

    Every page knows who may be given work, as choices, whose tasks may be looked for, and the names of all, of those
    too who left.
    """
    everybody = list_collaborators(organisation_id(), also_left=True)
    there = [(str(each.id), each.name) for each in everybody if each.left_on is None]
    colors = {each.name: each.color for each in list_labels(organisation_id())}
    return page(
        f"work/{template}",
        tab=here,
        words=work_words,
        people=there,
        assignees=[(ME, gettext("Mine")), (NOBODY, gettext("Nobody’s")), *there],
        names={each.id: each.name for each in everybody},
        projects=projects(),
        labels=colors,
        label_choices=[(name, name) for name in colors],
        **context,
    )


def told(error: Conflict | InvalidInput) -> str:
    """What is wrong with a change, in the words of the page where it knows them."""
    if isinstance(error, VersionConflict):
        return gettext("Somebody changed it meanwhile: look at how it stands now, and change it again.")
    if isinstance(error, PersonLeft):
        return gettext("Whoever has left gets no work: choose somebody else.")
    words = {
        "due_before_start": gettext("It would be due before it begins."),
        "task_circle": gettext("A task cannot be a part of itself."),
        "bad_recurrence": gettext("The rule by which it comes again cannot be read, or it has no due date."),
    }
    return words.get(error.code) or gettext("Nothing was changed: look at what you entered.")


def mail_is_set_up() -> bool:
    """Whether mails can leave at all."""
    return current_app.config["SETTINGS"].email_host is not None
