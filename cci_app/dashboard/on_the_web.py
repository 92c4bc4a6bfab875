"""Where an assistant may be written to on the web, as its page shows it."""

from typing import Any

from cci_app.dashboard.frame import organisation_id
from cci_app.web_chats.register import list_chats
from cci_app.web_chats.routes import shown


def on_the_web(assistant: str) -> dict[str, Any] | None:
    """What to put into a page, and the link; None where nobody may write to it from the web."""
    return next((shown(each) for each in list_chats(organisation_id()) if each.assistant == assistant), None)
