"""Two organisations, each with a Microsoft Graph of its own."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import Tenant, make_tenant
from tests.fakes.graph import CLIENT, HOST, SITE, TENANT, FakeGraph

INTEGRATIONS = "/api/v1/integrations"


class Company:
    """An organisation with its Graph."""

    def __init__(self, web: FlaskClient, tenant: Tenant, graph: FakeGraph) -> None:
        self._web = web
        self.tenant = tenant
        self.graph = graph

    @property
    def order(self) -> dict[str, Any]:
        """What adds its Graph as the integration `members`."""
        settings = {"tenant_id": TENANT, "client_id": CLIENT, "site": f"{HOST}:{SITE}", "drive": "Exports"}
        addresses = {"graph_base_url": self.graph.address, "graph_authority": self.graph.address}
        return {
            "kind": "sharepoint",
            "name": "members",
            "settings": settings | addresses,
            "secrets": {"client_secret": self.graph.secret},
        }

    def add(self, **changes: Any) -> Any:
        """The answer to adding it, so changed."""
        return self.send("POST", "", self.order | changes)

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """The answer at a path of the integrations."""
        return self._web.open(INTEGRATIONS + path, method=method, json=body, headers=self.tenant.headers)

    @property
    def files(self) -> list[bytes]:
        """What arrived at its library."""
        return list(self.graph.files.values())


@pytest.fixture
def loopback(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accounts may lead to this machine."""
    changes = {"fetch_loopback": True, "file_storage": str(tmp_path / "files")}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=changes))


@pytest.fixture
def one(loopback: None, web: FlaskClient, tenant: Tenant) -> Iterator[Company]:
    """An organisation."""
    with FakeGraph("secret-of-one") as graph:
        yield Company(web, tenant, graph)


@pytest.fixture
def other(loopback: None, web: FlaskClient) -> Iterator[Company]:
    """Another one."""
    with FakeGraph("secret-of-other") as graph:
        yield Company(web, make_tenant(f"other-{os.urandom(4).hex()}"), graph)
