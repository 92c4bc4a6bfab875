"""What whoever holds a link, or a certificate, may see."""

from typing import Any

from flask import Blueprint, Response

from cci_app.accounts.auth import current_caller
from cci_app.core.errors import NotFound
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.tenants import organisation_named
from cci_app.records import schemas
from cci_app.records.certificates import checked, paper_of
from cci_app.records.facts import keep_fact, list_facts, remove_fact

blueprint = Blueprint("certificates", __name__)
facts = EdgeBlueprint("facts", __name__, url_prefix="/api/v1/facts", description="What a desk tells while it holds")
_FACT_ID = [{"in": "path", "name": "fact_id", "example": 4}]


@facts.get("")
@facts.response(200, schemas.FactsResponse, example={"facts": [schemas.KEPT]})
def list_own_facts() -> dict[str, Any]:
    """List the organisation's facts, those that are over too."""
    return {"facts": list_facts(current_caller().organisation_id)}


@facts.put("")
@facts.arguments(schemas.FactPayload, example=schemas.WRITTEN)
@facts.response(200, schemas.FactResponse, example=schemas.KEPT)
@facts.alt_response(409, "CONFLICT")
def keep_own_fact(payload: dict[str, Any]) -> Any:
    """Keep a fact under its title, in place of the one that has it."""
    return keep_fact(current_caller().organisation_id, payload)


@facts.delete("/<int:fact_id>", parameters=_FACT_ID)
@facts.response(200, schemas.RemovedFactResponse, example={"id": 4, "removed": True})
@facts.alt_response(404, "NOT_FOUND")
def remove_own_fact(fact_id: int) -> dict[str, Any]:
    """Remove a fact: it is told no more."""
    remove_fact(current_caller().organisation_id, fact_id)
    return {"id": fact_id, "removed": True}


@blueprint.get("/certificates/<token>")
def get_certificate(token: str) -> Response:
    """The paper that a link leads to, while the link holds."""
    name, content = paper_of(token)
    response = Response(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/check/<slug>/<number>/<code>")
def check_certificate(slug: str, number: str, code: str) -> dict[str, str]:
    """Whether a certificate is ours: its number, its title and its day; nothing of whom it is about."""
    found = checked(organisation_named(slug), number, code)
    if found is None:
        raise NotFound("there is no certificate with this number and code")
    return {"number": found.number, "title": found.title, "issued_on": found.issued_on.isoformat()}
