"""What a new installation starts with."""

from collections.abc import Iterator
from pathlib import Path

from cci_app.catalog.samples import load_tables
from cci_app.contacts import book, reload
from cci_app.contacts.source import fetch_workbook
from cci_app.core.database import tenant_transaction
from cci_app.knowledge.documents.loading import load_folder
from cci_app.records.samples import load_records
from config.settings import Settings


def load_samples(organisation_id: int, settings: Settings) -> Iterator[str]:
    """Load contacts, documents and tables where the settings name them; says in a line what became of each."""
    if settings.contacts_excel_path:
        yield _load_contacts(organisation_id, settings)
    if settings.records_path:
        yield from load_records(organisation_id, settings.records_path)
    if settings.knowledge_path:
        yield _load_documents(organisation_id, settings.knowledge_path, settings.knowledge_assistant)
    if settings.catalog_path:
        yield from load_tables(organisation_id, settings.catalog_path)
        documents = settings.catalog_path / "documents"
        if documents.is_dir():
            yield _load_documents(organisation_id, documents, settings.catalog_path.name)


def _load_documents(organisation_id: int, folder: Path, assistant: str | None = None) -> str:
    report = load_folder(organisation_id, folder, assistant=assistant)
    read = len(report.added) + len(report.changed)
    whose = f"documents of {assistant}" if assistant else "documents"
    return f"{whose}: {read + len(report.unchanged)}, of which {read} were read now"


def _load_contacts(organisation_id: int, settings: Settings) -> str:
    with tenant_transaction(organisation_id) as session:
        known = book.count(session, organisation_id)
    if known:
        return f"contacts: {known}, kept as they are"
    done = reload.apply(organisation_id, fetch_workbook(settings), settings.default_region)
    return f"contacts: {len(done.workbook.entries)} loaded, {len(done.workbook.bad_rows)} rows left out"
