"""What a person may ask of those who keep their data, as admins do it for them."""

from typing import Any

from flask import Response, jsonify

from cci_app.accounts.auth import current_caller
from cci_app.contacts.wishes import ContactWish, find_mark, keep_wish
from cci_app.core.database import tenant_transaction
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.http.fields import USER_ID_PARAMETER, read_user_id
from cci_app.core.pseudonyms import pseudonym
from cci_app.people.erasure import erase_person
from cci_app.people.portability import export_person
from cci_app.people.schemas import (
    ERASED_EXAMPLE,
    EXPORT_EXAMPLE,
    WISH_EXAMPLE,
    ErasedResponse,
    PersonExportResponse,
    WishRequest,
    WishResponse,
)

blueprint = EdgeBlueprint(
    "data_subjects",
    __name__,
    url_prefix="/api/v1/admin/people",
    description="What a person may ask of those who keep their data",
)


@blueprint.get("/<string:user_id>/export", parameters=[USER_ID_PARAMETER])
@blueprint.response(200, PersonExportResponse, example=EXPORT_EXAMPLE)
@blueprint.alt_response(404, "NOT_FOUND")
def export(user_id: str) -> Response:
    """Give all that is kept of a person, for them to take along. It is on the audit log."""
    organisation_id, known = current_caller().organisation_id, read_user_id(user_id)
    response = jsonify(export_person(organisation_id, known))
    name = f"person-{pseudonym(organisation_id, known)}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.delete("/<string:user_id>", parameters=[USER_ID_PARAMETER])
@blueprint.response(200, ErasedResponse, example=ERASED_EXAMPLE)
@blueprint.alt_response(404, "NOT_FOUND")
def erase(user_id: str) -> dict[str, Any]:
    """Erase all that is kept of a person, for good. Nobody writes to them first from then on."""
    return erase_person(current_caller().organisation_id, read_user_id(user_id)).as_json()


@blueprint.get("/<string:user_id>/wish", parameters=[USER_ID_PARAMETER])
@blueprint.response(200, WishResponse, example=WISH_EXAMPLE)
@blueprint.alt_response(404, "NOT_FOUND")
def get_wish(user_id: str) -> Any:
    """Tell what a person asked the organisation for."""
    return _wish(read_user_id(user_id))


@blueprint.put("/<string:user_id>/wish", parameters=[USER_ID_PARAMETER])
@blueprint.arguments(WishRequest, example={"wish": "leave_alone"})
@blueprint.response(200, WishResponse, example=WISH_EXAMPLE)
@blueprint.alt_response(404, "NOT_FOUND")
def put_wish(given: dict[str, Any], user_id: str) -> Any:
    """Keep what a person asked for: from then on nobody writes to them first, or does again."""
    organisation_id, known = current_caller().organisation_id, read_user_id(user_id)
    with tenant_transaction(organisation_id) as session:
        keep_wish(session, organisation_id, known, ContactWish(given["wish"]))
    return _wish(known)


def _wish(user_id: str) -> Any:
    organisation_id = current_caller().organisation_id
    with tenant_transaction(organisation_id) as session:
        return find_mark(session, organisation_id, user_id) or {"wish": None, "marked_at": None}
