"""Integrations: each organisation's own, sealed, and out of everybody else's reach."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.core.errors import Conflict
from cci_app.integrations.accounts import integrations
from tests.conftest import Tenant
from tests.exports.conftest import Add
from tests.exports.conftest import add as add
from tests.exports.orders import made
from tests.integrations.conftest import Company

CANARY = "canary-5f1e-secret"
Rows = Callable[..., list[dict[str, Any]]]


def requests(*companies: Company) -> list[int]:
    return [len(company.graph.requests) for company in companies]


def test_each_export_arrives_at_its_own_place(one: Company, other: Company, add: Add) -> None:
    for company, text in ((one, "de la primera"), (other, "de la otra")):
        assert company.add().status_code == 201
        add([text], organisation_id=company.tenant.organisation_id)
    for destination in ("sharepoint", "sharepoint:members"):
        for company in (one, other):
            company.graph.files.clear()
            assert made(company.tenant, "csv", destination).state == "done"
        assert ["de la primera" in file.decode() for file in one.files] == [True]
        assert ["de la otra" in file.decode() for file in other.files] == [True]
    # The control: what goes to the other's Graph is seen there.
    leads_there = {**one.order, **{name: other.order[name] for name in ("settings", "secrets")}, "name": "astray"}
    assert one.send("POST", "", leads_there).status_code == 201
    other.graph.files.clear()
    made(one.tenant, "csv", "sharepoint:astray")
    assert ["de la primera" in file.decode() for file in other.files] == [True]


def test_anothers_account_is_as_if_it_did_not_exist(one: Company, other: Company, add: Add) -> None:
    assert other.add(name="private").status_code == 201
    before = requests(other)
    for destination in ("sharepoint", "sharepoint:private"):
        with pytest.raises(Conflict, match="flask integrations add"):
            made(one.tenant, "csv", destination)
    assert one.send("GET", "").json == []
    for method, path in (("POST", "/sharepoint/private/check"), ("DELETE", "/sharepoint/private")):
        assert one.send(method, path).status_code == other.send("POST", "/sharepoint/nobody/check").status_code == 404
    assert one.add(name="private").status_code == 201
    assert one.send("DELETE", "/sharepoint/private").status_code == 200
    assert [account["name"] for account in other.send("GET", "").json] == ["private"]
    assert requests(other) == before
    # The control: the owner's own check is counted.
    assert other.send("POST", "/sharepoint/private/check").json["state"] == "working"
    assert requests(other) > before


def test_the_applications_role_reaches_no_row_of_another(one: Company, other: Company, rows: Rows) -> None:
    for company in (one, other):
        company.add()
    mine, theirs = one.tenant.organisation_id, other.tenant.organisation_id
    for table in ("integrations", "channel_accounts"):
        with tenant_transaction(mine) as session:
            for statement in (
                f"SELECT count(*) FROM {table} WHERE organisation_id = {theirs}",
                f"WITH gone AS (DELETE FROM {table} WHERE organisation_id = {theirs} RETURNING 1)"
                " SELECT count(*) FROM gone",
            ):
                assert session.scalar(sa.text(statement)) == 0
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"), tenant_transaction(mine) as session:
        session.execute(sa.text("UPDATE integrations SET organisation_id = :other"), {"other": theirs})
    held = "SELECT count(*) AS rows FROM integrations WHERE organisation_id = :other"
    assert rows(held, other=theirs) == [{"rows": 1}]


def test_sealed_secrets_are_of_no_use_in_another_row(one: Company, other: Company) -> None:
    for company in (one, other):
        company.add()
    copied = sa.text(
        "UPDATE integrations SET settings = theirs.settings, sealed_secrets = theirs.sealed_secrets"
        " FROM (SELECT settings, sealed_secrets FROM integrations WHERE organisation_id = :other) theirs"
        " WHERE organisation_id = :mine"
    )
    mine, theirs = one.tenant.organisation_id, other.tenant.organisation_id
    with system_transaction() as session:
        session.execute(copied, {"mine": mine, "other": theirs})
    with pytest.raises(Conflict, match="sealed with another SECRET_KEY"):
        integrations.find(mine, "sharepoint")
    assert integrations.find(theirs, "sharepoint") is not None


def test_a_secret_is_never_shown(
    one: Company, rows: Rows, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    told = [
        one.add(secrets={"client_secret": CANARY}).text,
        one.add(secrets={"client_secret": CANARY}).text,
        one.send("GET", "").text,
        one.send("POST", "/sharepoint/members/check").text,
        one.add(name="later", settings={"client_secret": CANARY}).text,
        one.add(name="later", secrets={"client_secret": CANARY, "site": "x"}).text,
        json.dumps(rows("SELECT * FROM integrations"), default=str),
        repr(integrations.find(one.tenant.organisation_id, "sharepoint")),
        caplog.text,
        "".join(capsys.readouterr()),
    ]
    assert [CANARY in text for text in told] == [False] * len(told)
    assert "client_secret is not right" in told[3]
    account = integrations.find(one.tenant.organisation_id, "sharepoint")
    assert account is not None
    assert account.fields.client_secret.get_secret_value() == CANARY


def test_what_is_missing_or_wrong_is_named(one: Company) -> None:
    empty = one.add(settings={}, secrets={})
    assert empty.status_code == 422
    assert set(empty.json["error"]["details"]) == {"tenant_id", "client_id", "client_secret", "site"}
    odd = one.add(settings={**one.order["settings"], "site": "members", "drvie": "Exports"})
    assert set(odd.json["error"]["details"]) == {"site", "drvie"}
    assert one.add(kind="fax").status_code == one.add(name="Members!").status_code == 422
    assert "choose another name" in one.add(name="default").json["error"]["message"]
    assert one.add().status_code == 201
    double = one.add()
    assert double.status_code == 409
    assert "remove it first" in double.json["error"]["message"]


ELSEWHERE = (
    "http://graph.microsoft.com",
    "https://graph.microsoft.com.example.org",
    "https://user@graph.microsoft.com",
    "https://graph.microsoft.com:8443",
    "https://169.254.169.254",
    "https://127.0.0.1",
    "http://127.0.0.1:5432",
    "https://[::1]",
    "https://example.org/?graph.microsoft.com",
    "https://graph.microsoft.com@example.org",
    "file:///etc/passwd",
    "graph.microsoft.com",
    "",
)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_an_account_leads_to_its_service_alone(
    one: Company, app: Flask, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    strict = app.config["SETTINGS"].model_copy(update={"fetch_loopback": False})
    monkeypatch.setitem(app.config, "SETTINGS", strict)
    for field in ("graph_base_url", "graph_authority"):
        public = {name: one.order["settings"][name] for name in ("tenant_id", "client_id", "site")}
        refused = one.add(settings={**public, field: address})
        assert set(refused.json["error"]["details"]) == {field}
        assert one.add(name=field.replace("_", "-"), settings=public).status_code == 201
    key = json.dumps({"type": "service_account", "token_uri": address})
    sheet = {"kind": "google_sheets", "settings": {"spreadsheet_id": "book"}, "secrets": {"service_account": key}}
    assert set(one.add(**sheet).json["error"]["details"]) == {"service_account"}


def test_an_account_reads_no_file_of_this_machine(one: Company, tmp_path: Any) -> None:
    path = tmp_path / "key.json"
    path.write_text(json.dumps({"token_uri": "https://oauth2.googleapis.com/token"}))
    sheet = {"kind": "google_sheets", "settings": {"spreadsheet_id": "book"}}
    assert one.add(**sheet, secrets={"service_account": str(path)}).status_code == 422
    assert one.add(**sheet, secrets={"service_account": path.read_text()}).status_code == 201


def test_a_changed_key_is_told_and_the_account_can_be_added_anew(
    one: Company, add: Add, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    one.add()
    changed = app.config["SETTINGS"].model_copy(update={"secret_key": SecretStr("another-secret-key-of-32-characters")})
    monkeypatch.setitem(app.config, "SETTINGS", changed)
    (listed,) = one.send("GET", "").json
    assert listed["state"] == "failing"
    assert "SECRET_KEY" in listed["reason"]
    assert "SECRET_KEY" in one.send("POST", "/sharepoint/members/check").json["reason"]
    with pytest.raises(Conflict, match="SECRET_KEY"):
        made(one.tenant, "csv", "sharepoint")
    assert one.send("DELETE", "/sharepoint/members").status_code == 200
    assert one.add().status_code == 201
    assert one.send("POST", "/sharepoint/members/check").json["state"] == "working"


def test_a_check_is_kept(one: Company) -> None:
    one.add()
    one.graph.rights = "read"
    failed = one.send("POST", "/sharepoint/members/check").json
    assert (failed["state"], len(failed["works"])) == ("failing", 3)
    (listed,) = one.send("GET", "").json
    assert (listed["state"], listed["reason"]) == ("failing", failed["reason"])
    one.graph.rights = "write"
    one.send("POST", "/sharepoint/members/check")
    (listed,) = one.send("GET", "").json
    assert (listed["state"], listed["reason"]) == ("working", None)
    assert listed["checked_at"] is not None


def test_the_environments_account_is_the_default_organisations_alone(
    one: Company, other: Company, add: Add, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables: dict[str, Any] = {name.lower(): value for name, value in one.graph.settings.items()}
    variables |= {"default_organisation": one.tenant.slug, "sharepoint_client_secret": SecretStr(one.graph.secret)}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=variables))
    assert [account["name"] for account in one.send("GET", "").json] == ["default"]
    assert one.graph.secret not in one.send("GET", "").text
    assert made(one.tenant, "csv", "sharepoint").state == made(one.tenant, "csv", "sharepoint:default").state == "done"
    assert "SHAREPOINT_CLIENT_SECRET" in one.send("DELETE", "/sharepoint/default").json["error"]["message"]
    before = requests(one)
    for destination in ("sharepoint", "sharepoint:default"):
        with pytest.raises(Conflict, match="has no integration sharepoint"):
            made(other.tenant, "csv", destination)
    assert other.send("GET", "").json == []
    assert other.send("POST", "/sharepoint/default/check").status_code == 404
    assert requests(one) == before


def test_the_commands(one: Company, app: Flask, tmp_path: Any) -> None:
    def run(*words: str, **options: Any) -> Any:
        arguments = ["integrations", words[0], "--organisation", one.tenant.slug, *words[1:]]
        return app.test_cli_runner().invoke(args=arguments, **options)

    pairs = [word for name, value in one.order["settings"].items() for word in ("--set", f"{name}={value}")]
    secrets = json.dumps(one.order["secrets"])
    (tmp_path / "secrets.json").write_text(secrets)
    assert run("add", "sharepoint", "asked", *pairs, input=f"{one.graph.secret}\n").exit_code == 0
    assert run("add", "sharepoint", "file", *pairs, "--secrets-file", str(tmp_path / "secrets.json")).exit_code == 0
    assert run("add", "sharepoint", "environment", *pairs, env={"ACCOUNT_SECRETS": secrets}).exit_code == 0
    typed = run("add", "sharepoint", "typed", *pairs, "--set", f"client_secret={CANARY}")
    assert typed.exit_code != 0
    assert "shell's history" in typed.output
    assert CANARY not in typed.output
    assert run("add", "sharepoint", "typed", *pairs, "--secrets", secrets).exit_code != 0
    listed = run("list").output
    assert [line.split(":")[0] for line in listed.splitlines()] == [
        f"sharepoint {name}" for name in ("asked", "file", "environment")
    ]
    assert one.graph.secret not in listed
    for name in ("asked", "file", "environment"):
        checked = run("check", "sharepoint", name)
        assert (checked.exit_code, checked.output.count("ok: ")) == (0, 4)
    one.graph.sign_in_fault = 7000222
    assert "client_secret has expired" in run("check", "sharepoint", "asked").output
    assert run("remove", "sharepoint", "asked").exit_code == 0
    assert "no such integration" in run("check", "sharepoint", "asked").output
    assert "shell's history" in " ".join(
        app.test_cli_runner().invoke(args=["integrations", "add", "--help"]).output.split()
    )


def test_there_is_an_end_to_accounts(one: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cci_app.core.outside.register.MOST", 2)
    assert [one.add(name=f"number-{place}").status_code for place in range(3)] == [201, 201, 409]


def test_names_that_nobody_can_have_are_not_there(one: Company) -> None:
    for name in ("%00", "a'b", "x" * 200, "%F0%9F%98%80", "MEMBERS"):
        for kind in ("sharepoint", "fax", "%00"):
            assert one.send("POST", f"/{kind}/{name}/check").status_code == 404
            assert one.send("DELETE", f"/{kind}/{name}").status_code == 404


def test_a_destination_may_be_named_in_orders_and_schedules(one: Company, web: FlaskClient, tenant: Tenant) -> None:
    one.add()
    ordered = {"format": "csv", "destination": "sharepoint:members"}
    answers = [
        web.post("/api/v1/export/jobs", json=ordered, headers=tenant.headers),
        web.post(
            "/api/v1/export/schedules",
            json={"name": "Daily", "frequency": "daily", **ordered},
            headers=tenant.headers,
        ),
    ]
    told = [(answer.status_code, (answer.json or {}).get("destination")) for answer in answers]
    assert told == [
        (202, "sharepoint:members"),
        (201, "sharepoint:members"),
    ]
    for destination in ("sharepoint:", "sharepoint:Members", "folder:x", "download:x", "sharepoint:members\n"):
        refused = web.post("/api/v1/export/jobs", json={**ordered, "destination": destination}, headers=tenant.headers)
        assert refused.status_code == 422, destination
