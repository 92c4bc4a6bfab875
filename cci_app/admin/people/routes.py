"""The contact book, to look through."""

from typing import Any

from flask import current_app

from cci_app.accounts.auth import current_caller
from cci_app.admin.people import examples
from cci_app.admin.people.directory import Looked, find_contact, list_contacts
from cci_app.admin.people.schemas import ContactCardResponse, ContactsQuery, DirectoryResponse
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.http.fields import USER_ID_PARAMETER, read_user_id

blueprint = EdgeBlueprint("people", __name__, url_prefix="/api/v1/contacts", description="The contact book")


def looked_of(query: dict[str, Any]) -> Looked:
    """The filters among what was asked; an empty one is none."""
    return Looked(
        text=query.get("text") or None,
        city=query.get("city") or None,
        wrote=query.get("wrote"),
        completed=query.get("completed"),
    )


@blueprint.get("")
@blueprint.arguments(ContactsQuery, location="query")
@blueprint.response(200, DirectoryResponse, example=examples.DIRECTORY)
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def list_people(query: dict[str, Any]) -> Any:
    """List the contact book by company and name, with who has written."""
    return list_contacts(
        current_caller().organisation_id, looked_of(query), before=query.get("before"), limit=query["limit"]
    )


@blueprint.get("/<string:user_id>", parameters=[USER_ID_PARAMETER])
@blueprint.response(200, ContactCardResponse, example=examples.CARD)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def get_contact(user_id: str) -> dict[str, Any]:
    """Tell all that is known of a contact, with their newest conversations."""
    region = current_app.config["SETTINGS"].default_region
    return find_contact(current_caller().organisation_id, read_user_id(user_id), region)
