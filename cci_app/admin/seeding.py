"""What a new installation starts with."""

from collections.abc import Iterator

from cci_app.contacts import book, reload
from cci_app.contacts.source import fetch_workbook
from cci_app.core.database import tenant_transaction
from cci_app.knowledge.documents.loading import load_folder
from config.settings import Settings


def load_samples(organisation_id: int, settings: Settings) -> Iterator[str]:
    """Load contacts and documents where the settings name them; says in a line what became of each."""
    if settings.contacts_excel_path:
        yield _load_contacts(organisation_id, settings)
    if settings.knowledge_path:
        report = load_folder(organisation_id, settings.knowledge_path)
        count = len(report.added) + len(report.changed) + len(report.unchanged)
        yield f"documents: {count}, of which {len(report.added) + len(report.changed)} were read now"


def _load_contacts(organisation_id: int, settings: Settings) -> str:
    with tenant_transaction(organisation_id) as session:
        known = book.count(session, organisation_id)
    if known:
        return f"contacts: {known}, kept as they are"
    done = reload.apply(organisation_id, fetch_workbook(settings), settings.default_region)
    return f"contacts: {len(done.workbook.entries)} loaded, {len(done.workbook.bad_rows)} rows left out"
