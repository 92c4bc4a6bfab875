"""Labels on conversations: put on, found by, and nobody else's."""

from flask.testing import FlaskClient

from tests.conftest import Tenant, make_tenant
from tests.exports.conftest import Add, add

__all__ = ["add"]


def put(web: FlaskClient, tenant: Tenant, run_id: object, *labels: str) -> int:
    path = f"/api/v1/conversations/{run_id}/labels"
    return web.put(path, json={"labels": list(labels)}, headers=tenant.headers).status_code


def test_conversations_are_found_by_their_labels(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    first, second = add(texts=["Hola"]), add(texts=["Buenas"], user_id="+573000000002")
    assert put(web, tenant, first, "  Follow   UP ", "visa", "visa") == 200
    assert put(web, tenant, second, "visa") == 200
    read = web.get(f"/api/v1/conversations/{first}", headers=tenant.headers).json or {}
    assert read["labels"] == ["follow up", "visa"]

    def found(label: str) -> set[str]:
        told = web.get(f"/api/v1/conversations?label={label}", headers=tenant.headers).json or {}
        return {each["conversation_id"] for each in told["conversations"]}

    assert found("visa") == {str(first), str(second)}
    assert found("follow up") == {str(first)}
    assert put(web, tenant, first) == 200
    assert found("follow up") == set()
    acts = web.get("/api/v1/admin/audit?act=conversation.", headers=tenant.headers).json or {}
    assert [each["details"]["labels"] for each in acts["entries"]] == [[], ["visa"], ["follow up", "visa"]]


def test_too_many_labels_or_somebody_elses_conversation(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    run_id = add()
    assert put(web, tenant, run_id, *(f"label {number}" for number in range(11))) == 422
    assert put(web, tenant, run_id, "x" * 41) == 422
    assert put(web, make_tenant(f"other-{tenant.slug}"), run_id, "visa") == 404
