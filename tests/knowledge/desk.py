"""An admin at the API, with a worker at hand."""

import uuid
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cci_app.core.database import tenant_transaction
from cci_app.knowledge.documents.ingestion import run_ingestion
from cci_app.knowledge.models import KnowledgeChunk
from tests.conftest import Tenant

DOCUMENTS = "/api/v1/knowledge/documents"


def form(filename: str, data: bytes, **fields: str) -> bytes:
    parts = [(f'name="{name}"', value.encode()) for name, value in fields.items()]
    parts.append((f'name="file"; filename="{filename}"', data))
    body = b"".join(
        f"--limit\r\nContent-Disposition: form-data; {named}\r\n\r\n".encode() + value + b"\r\n"
        for named, value in parts
    )
    return body + b"--limit--\r\n"


class Desk:
    """An admin at work."""

    def __init__(self, web: FlaskClient, tenant: Tenant, bells: list[uuid.UUID]) -> None:
        self._web, self._tenant, self._headers, self._bells = web, tenant, tenant.headers, bells

    def call(self, method: str, path: str = "", **options: Any) -> TestResponse:
        return self._web.open(DOCUMENTS + path, method=method, headers=self._headers, **options)

    def upload(self, name: str, data: bytes, **fields: str) -> TestResponse:
        return self.call("POST", data=form(name, data, **fields), content_type="multipart/form-data; boundary=limit")

    def work(self) -> None:
        while self._bells:
            job_id = self._bells.pop(0)
            run_ingestion(job_id)

    def done(self, sent: TestResponse) -> dict[str, Any]:
        """The document once the work on it is over."""
        assert sent.json is not None
        assert sent.status_code == 202, sent.json
        self.work()
        found = self.call("GET", f"/{sent.json['id']}").json
        assert found is not None
        return dict(found)

    def passages(self, document_id: int) -> list[KnowledgeChunk]:
        """What is searched of a document, in its order."""
        of_it = sa.select(KnowledgeChunk).where(KnowledgeChunk.document_id == document_id)
        with tenant_transaction(self._tenant.organisation_id) as session:
            return list(session.scalars(of_it.order_by(KnowledgeChunk.position)))

    def find(self, query: str, **more: Any) -> list[dict[str, Any]]:
        path = DOCUMENTS.replace("documents", "search")
        found = self._web.post(path, json={"query": query, **more}, headers=self._headers)
        assert found.json is not None
        results: list[dict[str, Any]] = found.json["results"]
        return results
