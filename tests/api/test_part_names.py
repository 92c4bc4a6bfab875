"""The parts of an upload: one whose name cannot be one is refused like any other that is not asked for."""

import pytest
from flask.testing import FlaskClient

from tests.conftest import Tenant

_UPLOADS = (
    "/api/v1/admin/contacts/reload",
    "/api/v1/knowledge/documents",
    "/api/v1/handoffs/42/files",
    "/integrations/voice/transcribe",
    "/api/v1/catalogs/cars/rows",
)


@pytest.mark.parametrize("path", _UPLOADS)
@pytest.mark.parametrize("name", ["antes\ndespués", "antes\rdespués", 'a"b', "", "a\tb"])
def test_a_part_with_a_name_that_is_none(web: FlaskClient, tenant: Tenant, path: str, name: str) -> None:
    body = f'--limit\r\nContent-Disposition: form-data; name="{name}"; filename="a.xlsx"\r\n\r\nhola\r\n--limit--\r\n'
    kind = "multipart/form-data; boundary=limit"
    answer = web.post(path, data=body.encode(), headers={**tenant.headers, "Content-Type": kind})
    assert 400 <= answer.status_code < 500, answer.text
