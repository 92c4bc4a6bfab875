"""What a tool that an agent calls knows of the turn."""

from cci_app.agents.ports import TurnContext
from cci_app.tools.ports import ToolContext


def tool_context(turn: TurnContext, *said: str) -> ToolContext:
    """The turn as a tool sees it; `said` is what the person wrote in this conversation, as far as it is kept."""
    return ToolContext(
        organisation_id=turn.organisation_id,
        assistant=turn.assistant,
        user_id=turn.user_id,
        language=turn.language,
        contact=turn.contact,
        receipts=turn.receipts,
        said=said,
        now=turn.now,
        deadline=turn.deadline,
    )
