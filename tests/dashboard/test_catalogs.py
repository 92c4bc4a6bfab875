"""Pages of the catalogue: a file is compared, its wrong rows are named, and it counts when that was agreed to."""

import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.accounts.models import Organisation
from cci_app.catalog.register import find_table, load_rows
from cci_app.core.database import system_transaction
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.catalog.ready import CARS, HOME_ROWS, make_cars, make_homes
from tests.conftest import Tenant

ROWS = (CARS / "cars.csv").read_bytes()
ONE = "folio,marca,modelo,año,km,precio\nA-001,Mazda,3,2020,10000,250000\nB-1,Kia,Rio,2021,5000,230000\n".encode()


@pytest.fixture
def browser(app: Flask, tenant: Tenant) -> FlaskClient:
    make_cars(tenant)
    return sign_in(app, make_member(tenant))


def send(browser: FlaskClient, act: str, data: bytes, **fields: Any) -> Any:
    form = {"file": (io.BytesIO(data), "rows.csv"), **fields}
    return browser.post(f"/admin/catalogs/cars/{act}", data=form, headers=OURS)


def seen_in(text: str) -> str:
    found = re.search(r'"seen": "([0-9a-f]+)"', text)
    assert found is not None, text
    return found[1]


def rows_of(tenant: Tenant) -> int:
    return find_table(tenant.organisation_id, "cars").row_count


def test_a_file_counts_when_its_difference_was_agreed_to(browser: FlaskClient, tenant: Tenant) -> None:
    listed = browser.get("/admin/catalogs", follow_redirects=True).text
    assert "2019 Volkswagen Vento Sport, 43,000 km, $200,999" in listed
    compared = send(browser, "compare", ONE).text
    for count, what in ((1, "filas nuevas"), (1, "filas cambiadas"), (99, "filas que se quitan")):
        assert f"<strong>{count}</strong>{what}" in compared
    assert "2021 Kia Rio –, 5,000 km, $230,000" in compared
    assert rows_of(tenant) == 100
    assert send(browser, "replace", ONE).status_code == 422
    assert send(browser, "replace", ONE, seen=seen_in(compared)).status_code == 303
    assert rows_of(tenant) == 2
    entries = (browser.get("/api/v1/admin/audit").json or {})["entries"]
    (loaded,) = [each for each in entries if each["act"] == "table.loaded"]
    assert loaded["details"] == {"rows": 2, "added": 1, "changed": 1, "removed": 99, "unchanged": 0}


def test_what_changed_since_it_was_seen_is_shown_again(browser: FlaskClient, tenant: Tenant) -> None:
    seen = seen_in(send(browser, "compare", ONE).text)
    another = ONE.replace(b"250000", b"260000")
    answer = send(browser, "replace", another, seen=seen)
    assert "cambió desde que usted los comparó" in answer.text
    assert rows_of(tenant) == 100
    load_rows(tenant.organisation_id, "cars", another)
    answer = send(browser, "replace", ONE, seen=seen)
    assert "<strong>1</strong>filas cambiadas" in answer.text
    assert send(browser, "replace", ONE, seen=seen_in(answer.text)).status_code == 303


def test_wrong_rows_are_named_in_the_members_language(browser: FlaskClient, tenant: Tenant) -> None:
    wrong = ONE.replace(b"250000", b"3").replace(b"B-1", b"A-001").replace(b"5000", b"poco")
    for act in ("compare", "replace"):
        told = send(browser, act, wrong, seen="x").text
        assert "2 filas tienen errores." in told
        assert "<strong>Fila 2</strong>: precio es 3, y se espera al menos 10000" in told
        assert "<strong>Fila 3</strong>: km no es un número: «poco»; folio A-001 ya está en la fila 2" in told
    assert rows_of(tenant) == 100


SAID = {
    "es": (
        "No se cambió nada: corríjalas",
        "precio es 3, y se espera al menos 10000",
        "precio es 99999999, y se espera como máximo 10000000",
        "folio A-001 ya está en la fila 2",
        "marca está vacío",
        "Ninguna columna es Modelo, Precio.",
    ),
    "fr": (
        "Rien n’a été modifié",
        "precio vaut 3, et on attend au moins 10000",
        "precio vaut 99999999, et on attend au plus 10000000",
        "folio A-001 figure déjà à la ligne 2",
        "marca est vide",
        "Aucune colonne n’est Modelo, Precio.",
    ),
    "en": (
        "Nothing was changed",
        "precio is 3, and at least 10000 is expected",
        "precio is 99999999, and at most 10000000 is expected",
        "folio A-001 stands in row 2 already",
        "marca is empty",
        "No column is Modelo, Precio.",
    ),
}


@pytest.mark.parametrize("language", SAID)
def test_a_bad_file_is_refused_in_every_language_and_the_old_one_stays(
    app: Flask, tenant: Tenant, language: str
) -> None:
    make_cars(tenant)
    with system_transaction() as session:
        whose = Organisation.id == tenant.organisation_id
        session.execute(sa.update(Organisation).where(whose).values(language=language))
    browser = sign_in(app, make_member(tenant))
    unchanged, *faults, missing = SAID[language]
    rows = [
        "A-001,Mazda,3,2020,10000,3",
        "A-001,Kia,Rio,2021,5000,99999999",
        "B-1,,Rio,2021,5000,230000",
    ]
    wrong = "\n".join([ONE.decode().splitlines()[0], *rows]).encode()
    short = ONE.replace(b"precio", b"importe").replace(b"modelo", b"tipo de cosa")
    for act in ("compare", "replace"):
        told = send(browser, act, wrong, seen="x").text
        assert [each for each in (unchanged, *faults) if each not in told] == []
        told = send(browser, act, short, seen="x").text
        assert missing in told
    assert rows_of(tenant) == 100


def test_a_column_that_nobody_knows_is_told_by_the_member(browser: FlaskClient, tenant: Tenant) -> None:
    renamed = ONE.replace(b"precio", b"importe")
    told = send(browser, "compare", renamed).text
    assert "Ninguna columna es Precio." in told
    headers = re.findall(r'name="header" value="([^"]+)"', told)
    assert headers == ["folio", "marca", "modelo", "año", "km", "importe"]
    attributes = ["stock_id", "make", "model", "year", "km", "price"]
    told = send(browser, "compare", renamed, header=headers, attribute=attributes).text
    assert "<strong>1</strong>filas nuevas" in told
    agreed = {"header": headers, "attribute": attributes, "seen": seen_in(told)}
    assert send(browser, "replace", renamed, **agreed).status_code == 303
    assert rows_of(tenant) == 2


def test_what_is_no_table_is_told(browser: FlaskClient, tenant: Tenant) -> None:
    assert "Este archivo no se puede leer." in send(browser, "compare", b"%PDF-1.7 x").text
    assert browser.post("/admin/catalogs/cars/compare", data={}, headers=OURS).status_code == 422
    assert browser.get("/admin/catalogs/none").status_code == 404


def test_several_tables_are_listed_and_an_injection_stays_text(browser: FlaskClient, tenant: Tenant) -> None:
    make_homes(tenant)
    load_rows(tenant.organisation_id, "homes", HOME_ROWS.replace(b"Casa", b"<script>x</script>"))
    listed = browser.get("/admin/catalogs").text
    assert "Autos seminuevos" in listed
    assert "Viviendas" in listed
    assert "&lt;script&gt;x&lt;/script&gt; en Puebla" in browser.get("/admin/catalogs/homes").text


def test_who_may_only_look_brings_nothing_in(app: Flask, tenant: Tenant, browser: FlaskClient) -> None:
    viewer = sign_in(app, make_member(tenant, Role.VIEWER))
    assert 'type="file"' not in viewer.get("/admin/catalogs/cars").text
    assert send(viewer, "replace", ONE, seen="x").status_code == 403
