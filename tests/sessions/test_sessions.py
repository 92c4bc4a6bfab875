"""Tokens prove what their key may do, for a time; sessions are begun, driven and ended with them."""

import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey

from cci_app.accounts.caller import Scope
from cci_app.core import clock
from cci_app.records.samples import load_records
from tests.conftest import SAMPLES, Tenant, make_tenant

SESSION = "/api/v1/sessions/+221770000001"


@pytest.fixture
def bearer(web: FlaskClient, tenant: Tenant) -> dict[str, str]:
    answer: Any = web.post("/api/v1/auth/token", headers=tenant.headers)
    assert (answer.status_code, answer.json["token_type"], answer.json["expires_in"]) == (200, "bearer", 1800)
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


def test_a_session_is_begun_driven_and_ended(
    web: FlaskClient, tenant: Tenant, bearer: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(method: str, path: str, **body: Any) -> Any:
        answer = web.open(path, method=method, headers=bearer, json=body or None)
        assert answer.status_code == 200, answer.text
        return answer.json

    list(load_records(tenant.organisation_id, SAMPLES / "desk"))
    here = f"{SESSION}?assistant=concierge"
    assert call("GET", here)["active"] is False
    begun = call(
        "POST", "/api/v1/orchestrate", session_id="+221 77 000 00 01", message="Bonjour", assistant="concierge"
    )
    assert (begun["session_id"], begun["active"], begun["mode"]) == ("+221770000001", True, "bot")
    assert "1. Renseignements" in begun["response"]
    assert call("POST", here, message="2")["response"].startswith("Quel est votre code parent\u202f?")
    assert call("GET", here)["language"] == "fr"
    later = clock.now() + timedelta(minutes=31)
    with monkeypatch.context() as moved:
        moved.setattr(clock, "now", lambda: later)
        assert call("GET", here)["active"] is False
    assert call("DELETE", here)["active"] is False
    # The code is asked for again: the session knew it, and is over.
    assert "Bonjour" in call("POST", here, message="AWA-4821")["response"]


def test_a_token_may_do_no_more_than_its_key(app: Flask, web: FlaskClient) -> None:
    only = make_tenant(f"only-{time.time_ns()}", {Scope.MESSAGES})
    token = web.post("/api/v1/auth/token", headers=only.headers).json["access_token"]  # type: ignore[index]
    headers = {"Authorization": f"Bearer {token}"}
    assert web.get("/api/v1/sessions/+221770000001", headers=headers).status_code == 200
    # Where keys alone are asked for a token is none.
    assert web.get("/api/v1/users/+221770000001/status", headers=headers).status_code == 401
    assert web.post("/api/v1/auth/token", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"alg": "HS256"}, {"exp": 1}),
        ({"alg": "HS256"}, {"iss": "somebody"}),
        ({"alg": "HS256"}, {"org": "x"}),
        ({"alg": "HS256"}, {"scopes": ["everything"]}),
        ({"alg": "HS512"}, {}),
    ],
)
def test_a_token_that_is_over_or_of_another_kind_is_refused(
    app: Flask, web: FlaskClient, tenant: Tenant, header: dict[str, str], claims: dict[str, Any]
) -> None:
    secret = app.config["SETTINGS"].secret_key.get_secret_value()
    whole = {"iss": "cci-app", "sub": "key:1", "name": "x", "org": tenant.organisation_id, "scopes": ["messages"]}
    whole |= {"exp": int(time.time()) + 60, **claims}
    key = OctKey.import_key(f"tokens {secret}".encode())
    token = jwt.encode(header, whole, key, algorithms=[header["alg"]])
    refused = web.get(SESSION, headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 401


def test_a_forged_token_is_refused(web: FlaskClient, bearer: dict[str, str]) -> None:
    token = bearer["Authorization"]
    head, body, signature = token.split(".")
    turned = signature[:-2] + ("A" if signature[-2] != "A" else "B") + signature[-1]
    for forged in (f"{head}.{body}.{turned}", f"{head}.{body}.", f"{head}.{body[:-2]}.{signature}", "Bearer a.b.c"):
        assert web.get(SESSION, headers={"Authorization": forged}).status_code == 401
    assert web.get(SESSION, headers=bearer).status_code == 200
