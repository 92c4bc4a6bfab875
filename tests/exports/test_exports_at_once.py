"""Exports of many at once: each organisation has its seat, whatever another one does."""

import uuid

import pytest
from flask.testing import FlaskClient

from cci_app.core.seats import Seats
from cci_app.exports import files
from tests.conftest import Tenant, make_tenant

ADDRESS = "/api/v1/export/conversations"


def told(web: FlaskClient, tenant: Tenant, form: str) -> tuple[int, str | None]:
    answer = web.get(ADDRESS, query_string={"format": form}, headers=tenant.headers, buffered=True)
    return answer.status_code, answer.headers.get("Retry-After")


def test_exports_at_once_leave_others_their_seat(
    web: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_MAKING", Seats(of_one=1, of_all=2))
    other = make_tenant(f"other-{uuid.uuid4().hex[:8]}")
    with files._MAKING.take(tenant.organisation_id):
        # One's own many are refused at once, and told that they are too many.
        assert {told(web, tenant, form) for form in ("csv", "json", "excel")} == {(429, "10")}
        assert told(web, other, "json")[0] == 200
        with files._MAKING.take(0):
            assert {told(web, other, form) for form in ("csv", "json", "excel")} == {(503, "10")}
    assert told(web, tenant, "json")[0] == 200


def test_slow_readers_of_one_organisation_hold_so_many_files(
    web: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_OPEN", Seats(of_one=2, of_all=16))
    other = make_tenant(f"other-{uuid.uuid4().hex[:8]}")
    readers = [
        web.get(ADDRESS, query_string={"format": form}, headers=tenant.headers, buffered=False)
        for form in ("csv", "excel")
    ]
    assert [reader.status_code for reader in readers] == [200, 200]
    assert {told(web, tenant, form) for form in ("csv", "json", "excel")} == {(429, "10")}
    assert told(web, other, "csv")[0] == 200
    for reader in readers:
        reader.close()
        assert told(web, tenant, "json")[0] == 200
    # The control: with seats enough nobody is refused.
    monkeypatch.setattr(files, "_OPEN", Seats(of_one=9, of_all=16))
    many = [web.get(ADDRESS, query_string={"format": "csv"}, headers=tenant.headers) for _ in range(8)]
    assert {reader.status_code for reader in many} == {200}
    for reader in many:
        reader.close()
