"""Exports: the record of conversations as files."""

from typing import Any

from flask import Response, send_file

from cci_app.accounts.auth import current_caller
from cci_app.core.errors import InvalidInput
from cci_app.core.http.api import EdgeBlueprint
from cci_app.exports import examples
from cci_app.exports.files import WORKBOOK_AT_ONCE, make_workbook, stream_text
from cci_app.exports.schemas import ConversationResponse, ExportQuery, selection_of
from cci_app.exports.selection import XLSX, ExportFormat

blueprint = EdgeBlueprint("exports", __name__, url_prefix="/api/v1/export", description="The record as files")

_FILE = {"type": "string", "format": "binary"}


@blueprint.get("/conversations")
@blueprint.arguments(ExportQuery, location="query")
@blueprint.response(200, ConversationResponse(many=True), example=[examples.CONVERSATION])
@blueprint.alt_response(200, schema=_FILE, content_type=XLSX, example=examples.WORKBOOK)
@blueprint.alt_response(200, schema={"type": "string"}, content_type="text/csv", example=examples.CSV)
def export_conversations(query: dict[str, Any]) -> Response:
    """Export conversations, a row each, with every question and its answer.

    As a workbook (the default) with a summary and all messages, as CSV, or as JSON.
    """
    form, selection = ExportFormat(query["format"]), selection_of(query)
    organisation_id = current_caller().organisation_id
    name = selection.file_name(form)
    if form is ExportFormat.EXCEL:
        workbook = make_workbook(organisation_id, selection)
        if workbook is None:
            raise InvalidInput(
                f"a workbook of more than {WORKBOOK_AT_ONCE:,} conversations takes long: choose fewer days, or CSV"
            )
        return send_file(workbook, mimetype=XLSX, as_attachment=True, download_name=name)
    streamed = stream_text(organisation_id, selection, form)
    response = Response(streamed, content_type=form.content_type)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
