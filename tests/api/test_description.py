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


def test_assistants_are_listed_where_one_must_exist(web: FlaskClient, tenant: Tenant) -> None:
    paths = web.get("/openapi.json", headers=tenant.headers).json
    assert paths is not None
    schemas = paths["components"]["schemas"]

    def of_query(path: str) -> dict[str, Any]:
        (found,) = (each for each in paths["paths"][path]["get"]["parameters"] if each["name"] == "assistant")
        schema: dict[str, Any] = found["schema"]
        return schema

    assert "cci" in schemas["MessagePayload"]["properties"]["assistant"]["enum"]
    assert "cci" in of_query("/api/v1/versions")["enum"]
    # A filter also finds what one said that there is no more; and answers name such, or none.
    assert "enum" not in of_query("/api/v1/conversations")
    assert "enum" not in schemas["QuotaResponse"]["properties"]["assistant"]


def test_a_body_is_asked_for_where_it_must_hold_something(web: FlaskClient) -> None:
    paths = web.get("/openapi.json").json
    assert paths is not None
    assert paths["paths"]["/api/v1/desk"]["patch"]["requestBody"]["required"] is False
    assert paths["paths"]["/api/v1/handoffs"]["post"]["requestBody"]["required"] is True
