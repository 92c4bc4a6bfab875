"""What tests of documents share."""

import uuid
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from cci_app.jobs import asking
from tests.conftest import Tenant
from tests.knowledge.desk import Desk


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[uuid.UUID]:
    """The jobs that were rung for."""
    rung: list[uuid.UUID] = []
    monkeypatch.setattr(asking, "ring", lambda _, job_id: rung.append(uuid.UUID(job_id)))
    return rung


@pytest.fixture
def desk(web: FlaskClient, tenant: Tenant, bells: list[uuid.UUID], store: Path) -> Desk:
    return Desk(web, tenant, bells)
