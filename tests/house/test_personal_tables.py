"""Rules of what is kept of people: no table holds a person that an erasure does not reach."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from cci_app.people.holdings import names_a_person, personal_tables

Rows = Callable[..., list[dict[str, Any]]]

# Erased by name: a contact by its phone, jobs and schedules where they name the person.
BY_NAME = {"contacts", "jobs", "schedules"}
# Nobody who writes to an assistant stands in these, but for a mark that names nobody.
OF_NOBODY = {
    *("alembic_version", "organisations", "api_keys", "api_metrics", "channel_accounts", "integrations"),
    *("members", "member_sessions", "member_links", "passkeys", "audit_log", "contact_marks"),
    *("handoff_desks", "canned_replies", "facts", "own_tools", "tool_servers", "system_alerts", "chatbots"),
    *("chatbot_versions", "catalog_tables", "catalog_items", "assistant_versions", "experiments", "web_chats"),
    # What is said of the work is kept with the work; a chat about it is a conversation like others.
    *("projects", "project_tasks", "project_events", "task_comments", "task_labels", "task_links", "time_entries"),
    *("labels", "ai_actions", "task_alerts", "task_reminders", "reminder_messages", "monitor_states"),
    *("monitor_rule_sets", "webhook_subscribers", "webhook_posts", "sync_positions"),
    *("handbook_editions", "handbook_checks", "rule_violations", "rule_questions"),
    "sync_conflicts",
    # Who wrote is a hash there, and an erased message has its day forgotten.
    "message_days",
    "work_reports",
    *("chatbot_versions", "turn_usage", "quotas"),
    *("knowledge_documents", "knowledge_chunks", "knowledge_vectors", "corrected_answers"),
}
# A register of the organisation's own, which does not say who of them writes to an assistant: docs/privacy.md names it.
REGISTER = {"record_people", "certificates", "collaborators"}
# Columns by which a row may say whose it is.
TELLING = {"user_id", "phone", "national_number", "sender", "recipient", "person_id", "address_to"}


def tables(rows: Rows) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in rows(
        "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
        " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    ):
        found.setdefault(row["table_name"], set()).add(row["column_name"])
    return found


def test_every_table_is_erased_or_holds_nobody(app: Flask, rows: Rows) -> None:
    told = set(personal_tables()) | BY_NAME | OF_NOBODY | REGISTER
    # A new table has `user_id` (PersonOwned), or refers to one that has it; else it is named above.
    assert set(tables(rows)) == told
    assert not set(personal_tables()) & (BY_NAME | OF_NOBODY | REGISTER)


def test_no_table_of_nobody_has_a_column_that_says_whose_it_is(app: Flask, rows: Rows) -> None:
    telling = {name: columns & TELLING for name, columns in tables(rows).items() if columns & TELLING}
    assert {name for name in telling if name not in personal_tables()} == {"contacts"}


def test_what_goes_with_a_person_says_whose_it_is_or_hangs_on_what_does(app: Flask) -> None:
    hanging = {name for name, table in personal_tables().items() if not names_a_person(table)}
    assert {"answers", "delivery_events"} <= hanging


def test_the_application_may_delete_from_each(app: Flask, rows: Rows) -> None:
    for name in (*personal_tables(), *BY_NAME):
        (right,) = rows("SELECT has_table_privilege('cci_app', :name, 'DELETE') AS may", name=name)
        assert right["may"], name
