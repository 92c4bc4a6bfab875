"""What concerns whoever calls, and that they have seen it."""

from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.coordination.bell.ringing import bell_of, see_bell
from cci_app.coordination.bell.schemas import BellResponse
from cci_app.core.http.api import EdgeBlueprint

_ITEM: dict[str, Any] = {
    "kind": "mentioned",
    "at": "2026-01-15T14:03:20+00:00",
    "task_id": 7,
    "title": "Portada",
    "who": "Bea Ruiz",
    "told": "@ana.perez, ¿para cuándo?",
    "unread": True,
}

bell_api = EdgeBlueprint("bell", __name__, url_prefix="/api/bell", description="What concerns whoever calls")


@bell_api.get("")
@bell_api.response(200, BellResponse, example={"items": [_ITEM], "unread": 1})
def get_bell() -> Any:
    """Tell what concerns you: tasks that you were given, comments that mean you, reminders."""
    return bell_of(current_caller())


@bell_api.post("/seen")
@bell_api.response(200, BellResponse, example={"items": [{**_ITEM, "unread": False}], "unread": 0})
def see_my_bell() -> Any:
    """Say that you have seen all of it."""
    see_bell(current_caller())
    return bell_of(current_caller())
