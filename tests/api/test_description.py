"""The API's description is made once for all to whom the same is listed."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from cci_app.core.http import api
from tests.conftest import Tenant


def test_the_description_is_made_once(web: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    first = web.get("/openapi.json").data
    made: list[object] = []
    really = api._description

    def describe(*asked: Any) -> Any:
        made.append(asked)
        return really(*asked)

    monkeypatch.setattr(api, "_description", describe)
    assert {web.get("/openapi.json").data for _ in range(5)} == {first}
    for _ in range(3):
        web.get("/openapi.json", headers=tenant.headers)
    # For a caller the assistants are listed: another document, made once as well.
    assert len(made) <= 1
    # The control: once forgotten, it is made anew.
    web.application.extensions["cci_api_written"].clear()
    assert web.get("/openapi.json").data == first
    assert len(made) >= 1
