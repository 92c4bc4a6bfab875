"""The example of an assistant with tools, end to end: by the API, offline and with a model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cci_app.assistants.documents import provide_documents
from cci_app.assistants.files import load_spec
from cci_app.conversation.log import log_conversations
from cci_app.knowledge.documents.ingestion import run_ingestion
from tests.conftest import Tenant, make_tenant
from tests.fakes.models import FakeModels, Reply, calling
from tests.tools.bakery import EXAMPLE, say, serving

Rows = Callable[..., list[dict[str, Any]]]


def with_documents(tenant: Tenant, rows: Rows) -> None:
    """The texts of the example, read as a worker reads them."""
    provide_documents(tenant.organisation_id, load_spec(EXAMPLE))
    for job in rows(
        "SELECT job_id FROM knowledge_documents WHERE organisation_id = :id ORDER BY id", id=tenant.organisation_id
    ):
        run_ingestion(job["job_id"])


def test_it_answers_offline_and_all_of_it_is_on_record(
    settings: Any, application: Any, tenant: Tenant, rows: Rows, tmp_path: Path, store: Path
) -> None:
    with_documents(tenant, rows)
    with serving(settings, tmp_path / "assistants") as app:
        web = app.test_client()
        assert say(web, tenant, "Hola").startswith("¡Hola! Soy Lucía")
        hours = say(web, tenant, "¿A qué hora abren el domingo?")
        assert "7:00 a. m." in hours
        assert "Fuente: Horarios y domicilios" in hours
        assert "13000 COP" in say(web, tenant, "¿Cuánto cuestan 2 baguettes?")
        assert "https://example.org/menu" in say(web, tenant, "quiero ver el menú del día")
        assert "una persona le responderá" in say(web, tenant, "Quiero hablar con un asesor humano")
        with app.app_context():
            log_conversations()
            log_conversations()
        read: Any = web.get("/api/v1/tool-calls?limit=3", headers=tenant.headers).json
        stats: Any = web.get("/api/v1/tool-calls/stats", headers=tenant.headers).json
        failures: Any = web.get("/api/v1/tool-calls/failures", headers=tenant.headers).json
        found: Any = web.get("/api/v1/conversations", headers=tenant.headers).json
        [head] = found["conversations"]
        path = f"/api/v1/conversations/{head['conversation_id']}"
        turns: Any = web.get(path, headers=tenant.headers).json
        asked = next(turn for turn in turns["messages"] if "baguettes" in turn["user_message"])
        turn: Any = web.get(f"{path}/turns/{asked['id']}", headers=tenant.headers).json
        other = make_tenant(f"other-than-{tenant.slug}").headers
        for number, headers in ((10**12, tenant.headers), (asked["id"], other)):
            assert web.get(f"{path}/turns/{number}", headers=headers).status_code == 404
    logged = rows(
        "SELECT c.user_message, t.type, t.tool, t.status, t.iteration, t.number, t.arguments FROM tool_executions t"
        " JOIN conversations c USING (event_id) WHERE t.organisation_id = :id ORDER BY t.id",
        id=tenant.organisation_id,
    )
    assert [(row["tool"], row["status"]) for row in logged] == [
        ("rag_search", "done"),
        ("quote_price", "done"),
        ("send_link", "done"),
        ("hand_to_human", "done"),
    ]
    assert logged[1]["arguments"] == {"item": "baguette", "quantity": 2}
    assert {(row["type"], row["iteration"], row["number"]) for row in logged} == {("built_in", 1, 1)}
    [handoff] = rows("SELECT reason FROM handoff_requests WHERE organisation_id = :id", id=tenant.organisation_id)
    assert handoff["reason"] == "asked"
    assert [row["tool"] for row in read["executions"]] == ["hand_to_human", "send_link", "quote_price"]
    assert read["next"] == read["executions"][-1]["id"]
    assert {row["tool"]: row["calls"] for row in stats}["quote_price"] == 1
    assert failures == []
    # A turn shows the calls of models and of tools, in their order.
    assert [call["model"] for call in asked["model_calls"]] == ["offline", "offline"]
    assert [(call["tool"], call["type"]) for call in asked["tool_calls"]] == [("quote_price", "built_in")]
    assert asked["model_calls"][0]["at"] <= asked["tool_calls"][0]["at"] <= asked["model_calls"][1]["at"]
    steps = [(step["kind"], step.get("tool") or step["model"], step["number"]) for step in turn["steps"]]
    assert steps == [("model", "offline", 1), ("tool", "quote_price", 1), ("model", "offline", 2)]
    assert turn["steps"][1]["arguments"] == {"item": "baguette", "quantity": 2}
    assert (turn["user_message"], turn["agent_response"]) == (asked["user_message"], asked["agent_response"])
    assert (turn["input_tokens"], turn["costs"]) == (0, [])


def test_with_a_model_tokens_are_counted_over_all_calls(
    settings: Any, application: Any, tenant: Tenant, rows: Rows, tmp_path: Path
) -> None:
    answers = [
        calling(("quote_price", {"item": "cake"}), ("send_link", {"link": "menu"})),
        calling(("quote_price", {"item": "house"})),
        Reply(text="La torta cuesta 98.000 pesos."),
    ]
    with FakeModels(answers) as fake, serving(settings, tmp_path / "assistants", fake) as app:
        reply = say(app.test_client(), tenant, "¿Cuánto cuesta una torta?")
        with app.app_context():
            log_conversations()
    assert reply.startswith("La torta cuesta 98.000 pesos.")
    assert "https://example.org/menu" in reply
    calls = rows("SELECT input_tokens FROM usage_logs WHERE organisation_id = :id", id=tenant.organisation_id)
    assert sum(row["input_tokens"] for row in calls) == sum(asked.tokens for asked in fake.asked)
    logged = rows(
        "SELECT iteration, status FROM tool_executions WHERE organisation_id = :id ORDER BY number",
        id=tenant.organisation_id,
    )
    assert [(row["iteration"], row["status"]) for row in logged] == [(1, "done"), (1, "done"), (2, "refused")]


def test_a_repeat_of_an_event_calls_nothing_again(
    settings: Any, application: Any, tenant: Tenant, tmp_path: Path
) -> None:
    answers = [calling(("quote_price", {"item": "cake"})), Reply(text="98.000 pesos.")]
    with FakeModels(answers) as fake, serving(settings, tmp_path / "assistants", fake) as app:
        web = app.test_client()
        replies = {say(web, tenant, "¿Cuánto cuesta una torta?", message_id="m-1") for _ in range(3)}
        assert len(fake.asked) == 2
    assert len(replies) == 1


@pytest.mark.parametrize("table", ["tool_executions", "tool_usage_stats", "leads"])
def test_another_organisation_sees_none_of_it(
    settings: Any, application: Any, tenant: Tenant, tmp_path: Path, table: str
) -> None:
    import sqlalchemy as sa

    from cci_app.core.database import tenant_transaction

    other = make_tenant(f"other-than-{tenant.slug}")
    lead = {"name": "Ana", "interest": "una torta"}
    answers = [calling(("capture_lead", lead)), Reply(text="Gracias.")]
    with FakeModels(answers) as fake, serving(settings, tmp_path / "assistants", fake) as app:
        say(app.test_client(), tenant, "Soy Ana, quiero una torta")
        with app.app_context():
            log_conversations()
            counts = []
            for one in (tenant, other):
                with tenant_transaction(one.organisation_id) as session:
                    counts.append(session.scalar(sa.text(f"SELECT count(*) FROM {table}")))
    assert counts == [1, 0]
