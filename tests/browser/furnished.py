"""A chamber's record for the pages to show: people, conversations, documents, exports, what waits and what failed."""

import uuid
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from cci_app.accounts.models import Organisation
from cci_app.admin.workspace import fill_work
from cci_app.channels.message import Text, part_to_json
from cci_app.contacts import reload
from cci_app.conversation.models import ConversationRun, OutboundMessage, OutboundState
from cci_app.core import clock
from cci_app.core.database import system_transaction
from cci_app.exports.job import DOWNLOAD, Order, request_export, run_export
from cci_app.exports.selection import ExportFormat, Selection
from cci_app.handoff.models import Handoff
from cci_app.knowledge.documents import register
from cci_app.knowledge.documents.ingestion import run_ingestion
from cci_app.knowledge.documents.loading import load_folder
from cci_app.knowledge.models import KnowledgeDocument
from tests.conftest import SAMPLES, Tenant


def furnish(app: Flask, tenant: Tenant, *, name: str, language: str, conversations: int = 180) -> None:
    """Fill an organisation with what a chamber has after some weeks."""
    with system_transaction() as session:
        session.execute(
            sa.update(Organisation)
            .where(Organisation.id == tenant.organisation_id)
            .values(name=name, language=language)
        )
    reload.apply(tenant.organisation_id, (SAMPLES / "contacts.xlsx").read_bytes(), "CO")
    filled = app.test_cli_runner().invoke(
        args=["demo", "fill", "--conversations", str(conversations), "--organisation", tenant.slug]
    )
    assert filled.exit_code == 0, filled.output
    _move_to_today(tenant)
    load_folder(tenant.organisation_id, SAMPLES / "documents")
    _add_documents(tenant)
    for form in (ExportFormat.CSV, ExportFormat.EXCEL):
        run_export(request_export(tenant.organisation_id, Order(Selection(language="fr"), form, DOWNLOAD)).id)
    fill_work(tenant.organisation_id)
    _leave_open(tenant)


def _move_to_today(tenant: Tenant) -> None:
    """The newest conversation was in the last day; hours stay what they were."""
    whose = {"organisation_id": tenant.organisation_id}
    with system_transaction() as session:
        newest = session.scalar(
            sa.select(sa.func.max(ConversationRun.last_message_at)).where(
                ConversationRun.organisation_id == tenant.organisation_id
            )
        )
        assert newest is not None
        moved = {"by": timedelta(days=(clock.now() - newest).days), **whose}
        for table, columns in {
            "conversation_runs": ("started_at", "last_message_at", "completed_at", "ended_at"),
            "conversations": ("timestamp",),
            "answers": ("asked_at", "answered_at"),
            "user_sessions": ("first_interaction", "last_interaction"),
        }.items():
            changes = ", ".join(f"{column} = {column} + :by" for column in columns)
            session.execute(sa.text(f"UPDATE {table} SET {changes} WHERE organisation_id = :organisation_id"), moved)


def _add_documents(tenant: Tenant) -> None:
    files = {"circular-2026.pdf": b"%PDF-1.7 damaged", "horarios.md": b"# Horarios\n\nLunes a viernes, 8 a 17 h."}
    for file, data in files.items():
        document_id, _ = register.add_file(tenant.organisation_id, file, data, register.Said(), None)
        run_ingestion(_job_of(document_id))


def _job_of(document_id: int) -> uuid.UUID:
    with system_transaction() as session:
        found = session.scalar(sa.select(KnowledgeDocument.job_id).where(KnowledgeDocument.id == document_id))
    assert found is not None
    return found


def _leave_open(tenant: Tenant) -> None:
    with system_transaction() as session:
        runs = session.scalars(
            sa.select(ConversationRun)
            .where(ConversationRun.organisation_id == tenant.organisation_id)
            .order_by(ConversationRun.last_message_at.desc())
            .limit(3)
        ).all()
        for number, (run, state) in enumerate(
            zip(runs, (OutboundState.SENT, OutboundState.FAILED, OutboundState.UNCERTAIN), strict=True)
        ):
            person = {"organisation_id": run.organisation_id, "assistant": run.assistant, "user_id": run.user_id}
            message = OutboundMessage(
                **person,
                reason="late",
                position=0,
                idempotency_key=f"seen-{number}",
                part=part_to_json(Text("Su inscripción está abierta hasta el viernes.")),
                via="push",
                error=None if state is OutboundState.SENT else "the channel did not answer",
            )
            session.add(message)
            session.flush()
            for step in (OutboundState.SENDING, state):
                session.execute(sa.update(OutboundMessage).where(OutboundMessage.id == message.id).values(state=step))
        run = runs[0]
        session.add(
            Handoff(
                organisation_id=run.organisation_id,
                assistant=run.assistant,
                user_id=run.user_id,
                event_id=-tenant.organisation_id,
                reason="asked",
                summary="Quiere hablar con alguien.",
            )
        )
