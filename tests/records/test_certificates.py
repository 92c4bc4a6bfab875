"""Codes are compared and never guessed; what is certified stands on a paper that anybody can check."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from cci_app.core.errors import InvalidInput, NotFound
from cci_app.records.certificates import Certifying, check_address, issue, link_to, paper_of
from cci_app.records.people import Found, Locked, WrongCode, codes_in, find_by_code, keep_people
from tests.conftest import Tenant, make_tenant

NUMBER = "+221770000001"
NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
PUPIL = {"reference": "C-1", "name": "Awa Exemple", "code": "AWA-4821", "classe": "première année"}


@pytest.fixture
def pupil(tenant: Tenant) -> Found:
    assert keep_people(tenant.organisation_id, [PUPIL]) == 1
    found = find_by_code(tenant.organisation_id, "concierge", NUMBER, codes_in("awa 4821"), NOW, HOUR)
    assert isinstance(found, Found)
    return found


def wanted(pupil: Found) -> Certifying:
    return Certifying(
        "catechese", pupil.id, "Attestation (de catéchèse)", f"{pupil.name} est inscrite. " * 12, "Le curé"
    )


def test_three_wrong_codes_lock_whoever_tries_and_nobody_else(tenant: Tenant, pupil: Found) -> None:
    def attempt(code: str, number: str = NUMBER, now: datetime = NOW) -> object:
        return find_by_code(tenant.organisation_id, "concierge", number, codes_in(code), now, HOUR)

    assert attempt("AWA-4822") == WrongCode(2)
    assert attempt("") == WrongCode(1)
    # The right one begins anew.
    assert isinstance(attempt("A.W.A 48-21"), Found)
    assert [attempt(code) for code in ("a", "b", "c")] == [WrongCode(2), WrongCode(1), Locked(NOW + HOUR)]
    assert attempt("AWA-4821") == Locked(NOW + HOUR)
    assert isinstance(attempt("AWA-4821", "+221770000002"), Found)
    assert isinstance(attempt("AWA-4821", now=NOW + HOUR), Found)


def test_a_code_is_of_one_organisation_and_is_kept_by_nobody(app: Flask, tenant: Tenant, pupil: Found) -> None:
    other = make_tenant(f"other-{tenant.slug}").organisation_id
    assert find_by_code(other, "concierge", NUMBER, codes_in("AWA-4821"), NOW, HOUR) == WrongCode(2)
    for row in ({"reference": "C-2", "name": "X", "code": "1-2"}, {"name": "X", "code": "12345"}):
        with pytest.raises(InvalidInput):
            keep_people(tenant.organisation_id, [row])


def test_a_certificate_is_one_a_day_and_numbers_go_up(tenant: Tenant, pupil: Found) -> None:
    first = issue(tenant.organisation_id, wanted(pupil), date(2026, 11, 29))
    assert issue(tenant.organisation_id, wanted(pupil), date(2026, 11, 29)).id == first.id
    numbers = [issue(tenant.organisation_id, wanted(pupil), date(2026, 11, day)).number for day in (30, 28)]
    assert [first.number, *numbers] == ["2026-000001", "2026-000002", "2026-000003"]
    assert issue(tenant.organisation_id, wanted(pupil), date(2027, 1, 1)).number == "2027-000001"


def test_the_paper_is_fetched_by_its_link_and_can_be_checked(
    app: Flask, web: FlaskClient, tenant: Tenant, pupil: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = app.config["SETTINGS"]
    settings = before.model_copy(update={"public_url": "https://desk.example.org/"})
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    made = issue(tenant.organisation_id, wanted(pupil), date(2026, 11, 29))
    path = link_to(made).removeprefix("https://desk.example.org")
    answer = web.get(path)
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    text = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    check = check_address(tenant.slug, made)
    for told in (
        "Attestation (de catéchèse)",
        "Awa Exemple est inscrite.",
        made.number,
        "29/11/2026",
        "Le curé",
        check,
    ):
        assert told in text
    checked = web.get(check.removeprefix("https://desk.example.org"))
    assert checked.json == {"number": made.number, "title": made.title, "issued_on": "2026-11-29"}
    assert web.get(f"/check/{tenant.slug}/{made.number}/AAAAAAAA").status_code == 404
    assert web.get(path[:-3]).status_code == 404


def test_a_link_is_over_after_a_day(app: Flask, tenant: Tenant, pupil: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update={"public_url": "https://x"}))
    token = link_to(issue(tenant.organisation_id, wanted(pupil), date(2026, 11, 29))).rpartition("/")[2]
    assert paper_of(token)[0] == "catechese-2026-000001.pdf"
    later = time.time() + 24 * 3600 + 1
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(NotFound, match="ask for the certificate again"):
        paper_of(token)
