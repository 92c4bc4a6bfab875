"""What the installation keeps and does on its own, in words: its tables, its long work, documents and devices."""

from cci_app.core.queue import Task
from cci_app.dashboard.words import gettext
from cci_app.knowledge.reading.kinds import DocumentKind


def table_name(table: str) -> str:
    """What is kept in a table."""
    return {
        "webhook_events": gettext("Messages as they came in, and how each was answered"),
        "inbound_files": gettext("Files that people sent"),
        "outbound_files": gettext("Files that colleagues sent"),
        "outbound_messages": gettext("What was sent on our own account"),
        "turn_state": gettext("Where trials stand"),
        "conversations": gettext("What was said"),
        "conversation_runs": gettext("Conversations and answers"),
        "user_sessions": gettext("Where people stand"),
        "unanswered_questions": gettext("Questions that nobody could answer"),
        "feedback": gettext("What people thought of an answer"),
        "review_samples": gettext("Answers put before a reviewer"),
        "tool_executions": gettext("What tools were asked, and how that ended"),
        "tool_effects": gettext("What tools did, so that nothing is done twice"),
        "turn_usage": gettext("How many messages and tokens were used"),
        "api_metrics": gettext("Figures of requests"),
        "export_files": gettext("Files of exports"),
    }.get(table, table)


def job_name(kind: str) -> str:
    """What a job of a kind does."""
    return {
        Task.RELOAD_CONTACTS.value: gettext("Contacts brought in"),
        Task.INGEST_DOCUMENT.value: gettext("A document read"),
        Task.CRAWL_SITE.value: gettext("A site read"),
        Task.READ_DRIVE.value: gettext("A folder at Google Drive read"),
        Task.EXPORT.value: gettext("An export made"),
        Task.EVALUATE.value: gettext("A report"),
        Task.REPORT.value: gettext("A report on the work"),
        Task.FORGET_OLD.value: gettext("What is old forgotten"),
        Task.ERASE_PERSON.value: gettext("A person erased, as asked"),
    }.get(kind, kind)


def kind_name(kind: str | None) -> str:
    """What a kind of document is called; nothing where it is not known yet."""
    names = {
        DocumentKind.PDF.value: "PDF",
        DocumentKind.DOCX.value: "Word",
        DocumentKind.HTML.value: "HTML",
        DocumentKind.MARKDOWN.value: "Markdown",
        DocumentKind.TEXT.value: gettext("Text"),
    }
    return names.get(kind, kind) if kind else ""


def device_name(agent: str | None) -> str:
    """Which browser on which system, from the User-Agent that a browser sent."""
    # A thousand expressions, which no other page needs.
    from ua_parser import parse

    found = parse(agent or "").with_defaults()
    known = [each.family for each in (found.user_agent, found.os) if each.family != "Other"]
    return " · ".join(known) or (agent or "")[:60] or gettext("A device")
