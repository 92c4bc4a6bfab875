"""What a turn asks of models is in the record, once, with its tokens and its price."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cci_app import before_exit, create_app
from cci_app.conversation.log import log_conversations
from cci_app.knowledge.documents.loading import load_folder
from tests.conftest import SAMPLES, Tenant, make_tenant
from tests.fakes.models import BROKEN, FakeModels, Reply, filled

Rows = Callable[..., list[dict[str, Any]]]
WHO = "+573000000001"
ANSWER = filled(intent="answer", answer="fuimos a la feria del queso en marzo")
SAID = "fuimos a la feria del queso en marzo"


@contextmanager
def product(settings: Any, *answers: Reply, **changes: Any) -> Iterator[tuple[FlaskClient, FakeModels]]:
    """The product with a model that gives these answers."""
    with FakeModels(answers) as fake:
        app = create_app(settings.model_copy(update={**_typed(settings, fake.settings), **changes}))
        app.testing = True
        yield app.test_client(), fake
        before_exit(app)


def _typed(settings: Any, values: dict[str, Any]) -> dict[str, Any]:
    made = type(settings)(**values)
    return {name: getattr(made, name) for name in values}


@pytest.fixture
def priced(tmp_path: Path) -> Path:
    path = tmp_path / "prices.yaml"
    path.write_text("currency: EUR\nper_million_tokens:\n  openai:gpt-4o: {input: 2, output: 8}\n", encoding="utf-8")
    return path


def say(web: FlaskClient, tenant: Tenant, text: str) -> None:
    response = web.post("/api/v1/whatsapp/message", json={"user_id": WHO, "message": text}, headers=tenant.headers)
    assert response.status_code == 200


def test_every_call_is_recorded_once(settings: Any, application: Any, tenant: Tenant, rows: Rows, priced: Path) -> None:
    with product(settings, BROKEN, ANSWER, prices_path=priced) as (web, fake):
        for text in ("hola", "sí", SAID, SAID.upper()):
            say(web, tenant, text)
        with web.application.app_context():
            log_conversations()
            log_conversations()
        stats: Any = web.get("/api/v1/admin/stats", headers=tenant.headers).json
    logged = rows(
        "SELECT u.*, c.user_message FROM usage_logs u JOIN conversations c USING (event_id)"
        " WHERE u.organisation_id = :id ORDER BY u.id",
        id=tenant.organisation_id,
    )
    failed, answered = logged
    # "Hola" and "sí" need no model; a call that failed is a call.
    assert (failed["user_message"], failed["outcome"], failed["total_tokens"]) == (SAID, "failed", 0)
    assert (answered["user_message"], answered["outcome"]) == (SAID.upper(), "answered")
    assert (answered["purpose"], answered["provider"], answered["model"]) == ("understand", "openai", "gpt-4o")
    assert (answered["assistant"], answered["user_id"], answered["number"]) == ("cci", WHO, 1)
    asked = fake.asked[1].tokens
    assert answered["input_tokens"] == asked
    assert answered["total_tokens"] == asked + answered["output_tokens"]
    assert float(answered["cost"]) == pytest.approx((2 * asked + 8 * answered["output_tokens"]) / 1e6)
    assert answered["run_id"] is not None
    assert (stats["model_calls"], stats["model_calls_failed"]) == (2, 1)
    assert (stats["input_tokens"], stats["output_tokens"]) == (asked, answered["output_tokens"])
    assert stats["model_costs"] == {"EUR": pytest.approx(float(answered["cost"]))}


def test_a_repeat_of_an_event_costs_nothing(settings: Any, application: Any, tenant: Tenant) -> None:
    with product(settings, ANSWER) as (web, fake):
        say(web, tenant, "hola")
        say(web, tenant, "sí")
        for _ in range(3):
            say(web, tenant, SAID)
        assert len(fake.asked) == 1


def test_another_organisation_sees_none_of_it(settings: Any, application: Any, tenant: Tenant) -> None:
    with product(settings, ANSWER) as (web, _):
        for text in ("hola", "sí", SAID):
            say(web, tenant, text)
        with web.application.app_context():
            log_conversations()
            other = make_tenant("other-than-" + tenant.slug)
        own: Any = web.get("/api/v1/admin/stats", headers=tenant.headers).json
        foreign: Any = web.get("/api/v1/admin/stats", headers=other.headers).json
    assert own["model_calls"] == 1
    assert own["model_costs"] == {}
    assert foreign["model_calls"] == foreign["input_tokens"] == 0


def test_an_ordinary_turn_takes_one_call_and_a_question_two(
    settings: Any, application: Any, tenant: Tenant, rows: Rows
) -> None:
    load_folder(tenant.organisation_id, SAMPLES / "documents")
    asks = filled(intent="question", question="¿ayudan con las visas?")
    worded = filled(found=True, answer="Sí, preparamos el expediente con su empresa.", passages=[1])
    with product(settings, asks, worded, ANSWER) as (web, _):
        for text in ("hola", "sí", "¿ayudan con las visas?", SAID):
            say(web, tenant, text)
        with web.application.app_context():
            log_conversations()
    logged = rows(
        "SELECT c.user_message, c.agent_response, c.sources, array_agg(u.purpose ORDER BY u.number) AS purposes"
        " FROM conversations c LEFT JOIN usage_logs u USING (event_id) WHERE c.organisation_id = :id"
        " GROUP BY c.id ORDER BY c.id",
        id=tenant.organisation_id,
    )
    assert [row["purposes"] for row in logged] == [[None], [None], ["understand", "answer"], ["understand"]]
    question = logged[2]
    assert "Sí, preparamos el expediente con su empresa." in question["agent_response"]
    assert question["sources"][0]["title"] in question["agent_response"]
