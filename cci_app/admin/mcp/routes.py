"""The product as a server of the Model Context Protocol."""

from flask import Response, request

from cci_app.accounts.auth import current_caller
from cci_app.accounts.origin import refuse_rebound_names
from cci_app.core.errors import InvalidInput
from cci_app.core.http.api import EdgeBlueprint

blueprint = EdgeBlueprint(
    "mcp", __name__, url_prefix="/api/v1/mcp", description="Tools for programs that a model drives (docs/mcp.md)"
)
_LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
_TOLD = {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "search_knowledge", "inputSchema": {}}]}}
_MESSAGE = {
    "type": "object",
    "required": ["jsonrpc", "method"],
    "properties": {
        "jsonrpc": {"type": "string", "enum": ["2.0"]},
        "id": {},
        "method": {"type": "string"},
        "params": {"type": ["object", "null"]},
    },
}


@blueprint.post("")
@blueprint.response(200, {"type": "object"}, example=_TOLD)
@blueprint.alt_response(
    202, schema={"type": "string"}, description="A notification was taken", example="", content_type="text/plain"
)
@blueprint.doc(
    requestBody={
        "required": True,
        "content": {"application/json": {"schema": _MESSAGE, "example": _LIST}},
    }
)
def call_mcp() -> Response:
    """Take one message of the Model Context Protocol, by Streamable HTTP without sessions.

    A key's scopes say which tools there are.
    """
    # The SDK takes a second to load, and few installations are asked by it.
    from cci_app.admin.mcp.offered import OFFERED
    from cci_app.admin.mcp.serving import answer

    refuse_rebound_names(request)
    scopes = current_caller().scopes
    functions = [each for scope, several in OFFERED.items() if scope in scopes for each in several]
    answered = answer(functions, request.get_data(), request.headers)
    if answered.status >= 400:
        raise InvalidInput(f"this is no message of the Model Context Protocol: {answered.body.decode()[:300]}")
    if not answered.body:
        return Response(status=answered.status, content_type="text/plain")
    return Response(answered.body, answered.status, content_type=answered.content_type)
