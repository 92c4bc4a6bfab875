"""What admins watch and trigger."""

import uuid
from typing import Any

from flask import Response, current_app, g, jsonify, request
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from cci_app.accounts.auth import current_caller
from cci_app.accounts.caller import Scope
from cci_app.admin import examples
from cci_app.admin.health import check_dependencies
from cci_app.admin.schemas import (
    DryRunResponse,
    LateAnswersQuery,
    LateAnswersResponse,
    MetricsFormatQuery,
    MetricsResponse,
    OutboundQuery,
    OutboundResponse,
    ReadyResponse,
    ReloadQuery,
    StatsResponse,
)
from cci_app.admin.statistics import installation_counters, organisation_gauges, request_figures, stats
from cci_app.contacts.job import dry_run, request_reload
from cci_app.conversation.outbox import late_answers, outbound_messages
from cci_app.core.errors import InvalidInput
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.http.errors import ErrorResponse
from cci_app.core.http.parser import reading_body
from cci_app.core.http.request import expect_upload
from cci_app.jobs.ledger import find_job
from cci_app.jobs.schemas import JobResponse

JOB_ID = {"in": "path", "name": "job_id", "example": examples.JOB["id"]}

blueprint = EdgeBlueprint("admin", __name__, url_prefix="/api/v1", description="What admins watch and trigger")


@blueprint.get("/health/ready")
@blueprint.response(200, ReadyResponse, example=examples.READY)
@blueprint.alt_response(
    503,
    schema={"anyOf": [ReadyResponse, ErrorResponse]},
    description="PostgreSQL does not answer",
    example=examples.DOWN,
)
def get_readiness() -> tuple[dict[str, Any], int]:
    """Tell whether what the product depends on answers; with the scope `operator` also how fast, and what is wrong."""
    health = check_dependencies()
    if not _is_operator():
        for check in health["checks"].values():
            check.update(latency_ms=None, detail=None)
    return health, 503 if health["status"] == "down" else 200


@blueprint.get("/metrics")
@blueprint.arguments(MetricsFormatQuery, location="query")
@blueprint.response(200, MetricsResponse, example=examples.METRICS)
@blueprint.alt_response(200, schema={"type": "string"}, content_type="text/plain", example=examples.PROMETHEUS)
def get_metrics(query: dict[str, Any]) -> dict[str, Any] | Response:
    """Figures of the last hours as JSON; for Prometheus with `Accept: text/plain` or `?format=prometheus`.

    They are the organisation's own. A key of the scope `operator` gets the counters of the whole installation there.
    """
    wanted = query.get("format") or (
        "prometheus" if request.accept_mimetypes.best_match(["application/json", "text/plain"]) == "text/plain" else ""
    )
    if wanted == "prometheus":
        text = (
            installation_counters(current_app.config["SETTINGS"])
            if _is_operator()
            else organisation_gauges(current_caller().organisation_id, query["hours"])
        )
        return Response(text, content_type=CONTENT_TYPE_PLAIN_0_0_4)
    return request_figures(current_caller().organisation_id, query["hours"])


def _is_operator() -> bool:
    return Scope.OPERATOR in current_caller().scopes


@blueprint.get("/admin/stats")
@blueprint.response(200, StatsResponse, example=examples.STATS)
def get_stats() -> dict[str, Any]:
    """Tell how the organisation's assistants are used."""
    return stats(current_caller().organisation_id)


@blueprint.get("/admin/late-answers")
@blueprint.arguments(LateAnswersQuery, location="query")
@blueprint.response(200, LateAnswersResponse, example=examples.LATE_ANSWERS)
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def list_late_answers(query: dict[str, Any]) -> dict[str, Any]:
    """List the answers that came after the channel's time, and what became of them.

    A refused one opens the person's next reply. One that is uncertain may have reached the person: it is never sent
    again.
    """
    found = late_answers(current_caller().organisation_id, **query)
    return {"late_answers": found, "next": found[-1]["receipt_id"] if len(found) == query["limit"] else None}


@blueprint.get("/admin/outbound")
@blueprint.arguments(OutboundQuery, location="query")
@blueprint.response(200, OutboundResponse, example=examples.OUTBOUND)
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def list_outbound(query: dict[str, Any]) -> dict[str, Any]:
    """List what left, or is to leave, on our own account.

    A message is one part. One that is `uncertain` may have reached the person: it is never sent again. One with
    `via` `reply` opens the person's next reply.
    """
    found = outbound_messages(current_caller().organisation_id, **query)
    return {"messages": found, "next": found[-1]["id"] if len(found) == query["limit"] else None}


@blueprint.post("/admin/contacts/reload")
@blueprint.arguments(ReloadQuery, location="query")
@blueprint.response(202, JobResponse, example=examples.QUEUED)
@blueprint.alt_response(
    200, schema=DryRunResponse, description="The difference, with `dry_run=true`", example=examples.DRY_RUN
)
@blueprint.alt_response(409, "CONFLICT")
@blueprint.doc(
    requestBody={
        "required": False,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                    "additionalProperties": False,
                },
                "encoding": {"file": {"contentType": examples.XLSX}},
            }
        },
    }
)
def reload_contacts(query: dict[str, Any]) -> tuple[Any, int]:
    """Replace the contact book by a workbook: the uploaded `file`, else the one that CONTACTS_EXCEL_PATH names.

    A workbook that cannot be read changes nothing, nor does one that would remove more than a tenth of the book: 409
    with the difference; `?confirm=` and the number of those removed does it all the same.

    The job tells which sheets were read, how many contacts were added, changed and removed, and which rows were left
    out and why.
    """
    expect_upload(current_app.config["SETTINGS"].max_upload_bytes)
    workbook = _uploaded_workbook()
    organisation_id = current_caller().organisation_id
    if query["dry_run"]:
        return jsonify(dry_run(organisation_id, workbook)), 200
    return request_reload(organisation_id, workbook, g.request_id, confirm=query.get("confirm")), 202


def _uploaded_workbook() -> bytes | None:
    """The workbook in the body; None without a body. Whoever sends one must not get the configured workbook instead."""
    with reading_body():
        if set(request.files) == {"file"} and not request.form:
            return request.files["file"].stream.read()
    if not request.content_length and "Transfer-Encoding" not in request.headers:
        return None
    raise InvalidInput(
        "send the workbook as multipart/form-data, in a part named file", details={"file": ["Missing from the body."]}
    )


@blueprint.get(
    "/admin/jobs/<uuid:job_id>", parameters=[{"in": "path", "name": "job_id", "example": examples.JOB["id"]}]
)
@blueprint.response(200, JobResponse, example=examples.JOB)
@blueprint.alt_response(404, "NOT_FOUND")
def get_job(job_id: uuid.UUID) -> Any:
    """Tell how far a piece of long work is."""
    return find_job(current_caller().organisation_id, job_id)
