"""An organisation and its CRM, for tests: rounds, each a while after the one before by everybody's clock."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.coordination.crm.bringing import bring_crm_together
from cci_app.coordination.finding import show_task
from cci_app.coordination.models import OutsideKind
from cci_app.core import clock
from cci_app.integrations.accounts import integrations
from tests.conftest import Tenant
from tests.coordination.test_api import Client
from tests.coordination.work import make_project
from tests.fakes.crm import SECRET, FakeCrm


class Bridge:
    """The organisation's side of a CRM."""

    def __init__(self, tenant: Tenant, web: FlaskClient, kind: str) -> None:
        self.whose, self.call, self.kind = tenant.organisation_id, Client(web, tenant), OutsideKind(kind)
        self.project = make_project(tenant, "Ventas")
        self._ahead = timedelta()
        self._now = clock.now

    def now(self) -> datetime:
        """What everybody's clock says."""
        return self._now() + self._ahead

    def later(self, minutes: int = 11) -> None:
        """Time goes by."""
        self._ahead += timedelta(minutes=minutes)

    def round(self) -> str | None:
        """A round; what was wrong in it."""
        self.later()
        assert bring_crm_together(self.kind, self.whose, self.now())
        (crm,) = self.call("GET", "/integrations/crm")["items"]
        wrong: str | None = crm["error"]
        return wrong

    def tasks(self) -> dict[str, dict[str, Any]]:
        """The tasks that have a record, by its name."""
        items = self.call("GET", f"/integrations/history?type={self.kind}")["items"]
        return {each["external_id"]: show_task(self.whose, each["task_id"]) for each in items if each["task_id"]}

    def conflicts(self, state: str = "open") -> list[dict[str, Any]]:
        """What the two sides did not agree on."""
        items: list[dict[str, Any]] = self.call("GET", f"/integrations/crm/conflicts?state={state}")["items"]
        return items

    def resolve(self, conflict: dict[str, Any], keep: str) -> None:
        """Say what holds."""
        self.call("POST", f"/integrations/crm/conflicts/{conflict['id']}/resolve", json={"keep": keep})


def make_bridge(
    app: Flask, tenant: Tenant, web: FlaskClient, monkeypatch: pytest.MonkeyPatch, kind: str
) -> tuple[Bridge, FakeCrm]:
    """The two sides, which see one clock; the CRM has to be entered."""
    loopback = app.config["SETTINGS"].model_copy(update={"fetch_loopback": True})
    monkeypatch.setitem(app.config, "SETTINGS", loopback)
    bridge = Bridge(tenant, web, kind)
    monkeypatch.setattr(clock, "now", bridge.now)
    return bridge, FakeCrm(bridge.now)


def join(bridge: Bridge, crm: FakeCrm, mapping: str) -> None:
    """Add the integration, and do the round from which on changes are taken in."""
    settings = {"base_url": crm.url, "mapping": mapping, "project_id": str(bridge.project.id)}
    secrets = {"secret": SECRET} if bridge.kind is OutsideKind.CRM else {"token": SECRET.removeprefix("Bearer ")}
    integrations.add(bridge.whose, bridge.kind.value, "main", settings, secrets)
    assert bridge.round() is None
