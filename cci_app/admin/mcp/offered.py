"""What a program may do by the Model Context Protocol: what its key may, by the functions that the API uses."""

import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import Field

from cci_app.accounts.auth import current_caller
from cci_app.accounts.caller import Scope
from cci_app.admin.people.directory import Looked, list_contacts
from cci_app.conversation.history.finding import Wanted, find_conversations
from cci_app.conversation.history.reading import read_conversation
from cci_app.exports.job import DOWNLOAD, Order, request_export
from cci_app.exports.selection import ExportFormat, Selection
from cci_app.knowledge.search.retrieval import search

_SECONDS: Final = 10.0
Words = Annotated[str, Field(min_length=1, max_length=1_000)]
Few = Annotated[int, Field(ge=1, le=20)]
Day = Annotated[date | None, Field(description="As 2026-01-31, a day of the organisation's")]


def search_knowledge(question: Words, limit: Few = 5) -> dict[str, Any]:
    """Search the organisation's documents: the passages that fit a question best, with title and page."""
    found = search(current_caller().organisation_id, question, None, limit, timeout=_SECONDS)
    return {"passages": [{name: getattr(each, name) for name in ("title", "page", "text", "score")} for each in found]}


def find_contacts(words: Words, limit: Few = 5) -> dict[str, Any]:
    """Find people in the contact book by words of their name, company, city or number."""
    page = list_contacts(current_caller().organisation_id, Looked(text=words), limit=limit)
    return {"contacts": [_plain(each) for each in page.contacts]}


def list_conversations(
    words: Annotated[str | None, Field(max_length=200)] = None,
    start_date: Day = None,
    end_date: Day = None,
    limit: Few = 10,
) -> dict[str, Any]:
    """List conversations, the newest first, by words that were said in them and by the day on which they began."""
    wanted = Wanted(text=words, start_date=start_date, end_date=end_date)
    found = find_conversations(current_caller().organisation_id, wanted, limit=limit)
    return {"conversations": [_plain(each) for each in found.conversations]}


def get_conversation(conversation_id: uuid.UUID, limit: Few = 20) -> dict[str, Any]:
    """Read a conversation: who it is with, the answers to what was asked, and the newest messages."""
    found = read_conversation(current_caller().organisation_id, conversation_id, limit=limit)
    said = ("at", "user_message", "agent_response", "language", "agent", "intent")
    messages = [{name: each.get(name) for name in said} for each in found["messages"]]
    return {name: _plain(value) for name, value in {**found, "messages": messages}.items()}


def export_conversations(
    start_date: Day = None, end_date: Day = None, file_format: ExportFormat = ExportFormat.EXCEL
) -> dict[str, Any]:
    """Have the conversations exported to a file, which the API gives once the job is done."""
    order = Order(Selection(start_date=start_date, end_date=end_date), file_format, DOWNLOAD)
    job = request_export(current_caller().organisation_id, order)
    return {"job_id": str(job.id), "status": f"/api/v1/export/jobs/{job.id}"}


# By the scope that a key needs for it.
OFFERED: Final[Mapping[Scope, tuple[Callable[..., dict[str, Any]], ...]]] = {
    Scope.ADMIN: (search_knowledge, find_contacts, list_conversations, get_conversation),
    Scope.EXPORT: (export_conversations,),
}


def _plain(value: Any) -> Any:
    """The value as JSON has it."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
