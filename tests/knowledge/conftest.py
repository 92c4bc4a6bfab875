"""What tests of documents share."""

import ssl
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from benchmarks.ssrf.internet import Internet
from cci_app.core.outbound import transport
from cci_app.knowledge import crawl, documents
from tests.conftest import Tenant
from tests.knowledge.desk import Desk


@pytest.fixture
def store(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """The folder in which files are kept."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = before.model_copy(update={"file_storage": str(tmp_path / "files")})
    yield tmp_path / "files"
    app.config["SETTINGS"] = before


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[uuid.UUID]:
    """The jobs that were rung for."""
    rung: list[uuid.UUID] = []
    for module in (documents, crawl):
        monkeypatch.setattr(module, "ring", lambda _, job_id: rung.append(uuid.UUID(job_id)))
    return rung


@pytest.fixture
def internet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Internet]:
    with Internet(tmp_path) as pretended, pretended.place.pretended():
        context = ssl.create_default_context(cafile=pretended.place.authority)
        monkeypatch.setattr(transport, "_ssl_context", lambda: context)
        yield pretended


@pytest.fixture
def desk(web: FlaskClient, tenant: Tenant, bells: list[uuid.UUID], store: Path) -> Desk:
    return Desk(web, tenant, bells)
