"""A document as it was read: its passages in their order, so that people see what a search sees."""

from typing import Any

import sqlalchemy as sa

from cci_app.core.database import tenant_transaction
from cci_app.core.errors import NotFound
from cci_app.knowledge.models import KnowledgeChunk, KnowledgeDocument

PAGE_SIZE = 50
_FIELDS = ("id", "position", "page", "heading", "language", "text")


def list_passages(organisation_id: int, document_id: int, *, after: int = -1, limit: int = PAGE_SIZE) -> dict[str, Any]:
    """The document's passages behind the position `after`, with how to go on. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        document = session.get(KnowledgeDocument, document_id)
        if document is None:
            raise NotFound("there is no such document")
        rows = session.execute(
            sa.select(*(getattr(KnowledgeChunk, name) for name in _FIELDS))
            .where(
                KnowledgeChunk.organisation_id == organisation_id,
                KnowledgeChunk.document_id == document_id,
                KnowledgeChunk.position > after,
            )
            .order_by(KnowledgeChunk.position)
            .limit(limit + 1)
        ).mappings()
        passages = [{**row} for row in rows]
    more = len(passages) > limit
    return {
        "document_id": document_id,
        "title": document.title,
        "passages": passages[:limit],
        "next": passages[limit - 1]["position"] if more else None,
    }
