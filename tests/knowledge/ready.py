"""Documents that are there already."""

from cci_app.core.database import tenant_transaction
from cci_app.knowledge.index.chunking import Chunk
from cci_app.knowledge.index.indexing import Cut, index, prepare
from cci_app.knowledge.models import KnowledgeDocument, Origin
from tests.conftest import Tenant


def make_document(tenant: Tenant, title: str, *texts: str) -> KnowledgeDocument:
    """A document that was fetched and can be searched."""
    with tenant_transaction(tenant.organisation_id) as session:
        document = KnowledgeDocument(
            organisation_id=tenant.organisation_id,
            origin=Origin.URL,
            source=f"https://www.example.org/{title}",
            title=title,
            language="fr",
            passages=len(texts),
        )
        session.add(document)
        session.flush()
        [prepared] = prepare([Cut(title, "fr", tuple(Chunk(text, None, None) for text in texts))])
        index(session, tenant.organisation_id, {document.id: prepared})
    return document
