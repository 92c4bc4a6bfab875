"""Embeddings of OpenAI and vectors in Pinecone, through their real clients."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from cci_app import before_exit, create_app
from cci_app.core.database import tenant_transaction
from cci_app.core.deadline import Deadline
from cci_app.core.errors import CannotStart, Unavailable
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.knowledge.index.upkeep import reconcile, tend
from cci_app.knowledge.models import KnowledgeDocument
from cci_app.knowledge.search.retrieval import search
from cci_app.llm import embedding_cache, embeddings
from tests.conftest import make_tenant
from tests.fakes.knowledge_services import KEY, FakeOpenAI, FakePinecone, described
from tests.knowledge.test_search import OFFICES, VISAS, found, write
from tests.knowledge.test_upkeep import BY_VECTOR, LODGING

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def openai(httpserver: HTTPServer) -> FakeOpenAI:
    fake = FakeOpenAI()
    httpserver.expect_request("/v1/embeddings").respond_with_handler(fake)
    return fake


@pytest.fixture
def pinecone(httpserver: HTTPServer) -> FakePinecone:
    fake = FakePinecone()
    for path in ("/vectors/upsert", "/vectors/list", "/vectors/delete", "/query"):
        httpserver.expect_request(path).respond_with_handler(fake)
    address = httpserver.url_for("").rstrip("/")
    httpserver.expect_oneshot_request("/indexes/chamber").respond_with_response(described("chamber", address))
    return fake


def _application(settings: Any, httpserver: HTTPServer, **changes: Any) -> Iterator[Flask]:
    address = httpserver.url_for("").rstrip("/")
    values = settings.model_dump() | {
        "openai_api_key": KEY,
        "openai_base_url": f"{address}/v1",
        "embedding_model": None,
        "pinecone_control_url": address,
        **changes,
    }
    app = create_app(type(settings)(**values))
    app.extensions["cci_redis"].flushdb()
    with app.app_context():
        yield app
    before_exit(app)


@pytest.fixture
def with_openai(settings: Any, httpserver: HTTPServer, openai: FakeOpenAI) -> Iterator[Flask]:
    yield from _application(settings, httpserver)


@pytest.fixture
def with_pinecone(settings: Any, httpserver: HTTPServer, openai: FakeOpenAI, pinecone: FakePinecone) -> Iterator[Flask]:
    yield from _application(settings, httpserver, pinecone_api_key=KEY, pinecone_index="chamber")


def _refusal(status: int, headers: dict[str, str] | None = None) -> Response:
    return Response('{"error": {"message": "no", "type": "x"}}', status, headers, content_type="application/json")


@pytest.mark.usefixtures("with_openai")
def test_passages_are_embedded_in_batches_and_only_once(organisation_id: int, openai: FakeOpenAI) -> None:
    texts = [f"Passage numéro {number}" for number in range(120)]
    write(organisation_id, "Divers", *texts)
    assert [len(each["input"]) for each in openai.asked] == [100, 20]
    assert openai.asked[0]["model"] == "text-embedding-3-small"
    assert openai.asked[0]["input"][0] == "Divers\nPassage numéro 0"
    assert found(organisation_id, "numéro 7")
    assert len(openai.asked) == 3
    write(organisation_id, "Divers bis", *texts[:0])
    found(organisation_id, "numéro 7")
    assert embeddings.embeddings().of_passages(["Divers\nPassage numéro 5"])
    assert len(openai.asked) == 3
    assert found(organisation_id, "number")


@pytest.mark.usefixtures("with_openai")
def test_a_limit_of_the_rate_is_waited_for_and_a_refusal_is_not(
    organisation_id: int, openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "_PAUSE_SECONDS", 0.01)
    openai.fails = [_refusal(429, {"Retry-After": "0.2"}), _refusal(500)]
    began = time.monotonic()
    assert len(embeddings.embeddings().of_passages([LODGING])) == 1
    assert time.monotonic() - began >= 0.2
    assert len(openai.asked) == 3
    openai.fails = [_refusal(401)]
    with pytest.raises(Unavailable, match="refused"):
        embeddings.embeddings().of_passages([VISAS])
    assert len(openai.asked) == 4


@pytest.mark.usefixtures("with_openai")
def test_without_the_model_the_words_are_searched_and_the_vectors_follow(
    organisation_id: int, openai: FakeOpenAI
) -> None:
    openai.fails = [_refusal(401)]
    write(organisation_id, "Divers", LODGING, OFFICES)
    openai.fails = [_refusal(401)]
    assert found(organisation_id, "hebergement") == [LODGING]
    assert tend(organisation_id, seconds=30).embedded == 2
    assert found(organisation_id, BY_VECTOR)[0] == LODGING


@pytest.mark.usefixtures("with_openai")
def test_an_answer_asks_the_model_once_whatever_it_looks_for(organisation_id: int, openai: FakeOpenAI) -> None:
    write(organisation_id, "Divers", VISAS)
    openai.asked.clear()
    openai.fails = [_refusal(500)] * 9
    answerer = DocumentAnswerer()
    assert answerer.answer(organisation_id, "Oui. Une recette de sancocho ?", "fr", Deadline.after(5)) is None
    assert len(openai.asked) == 1
    answer = answerer.answer(organisation_id, "vous suivez les visas ?", "fr", Deadline.after(5))
    assert answer is not None
    assert answer.text == VISAS


def test_a_model_that_trickles_costs_a_question_half_its_time(
    organisation_id: int, httpserver: HTTPServer, settings: Any
) -> None:
    def trickle(_: Request) -> Response:
        def body() -> Iterator[bytes]:
            for _ in range(40):
                time.sleep(0.05)
                yield b" "

        return Response(body(), content_type="application/json")

    httpserver.expect_request("/v1/embeddings").respond_with_handler(trickle)
    write(organisation_id, "Divers", VISAS)
    for _ in _application(settings, httpserver):
        began = time.monotonic()
        assert [each.text for each in search(organisation_id, "visas", "fr", timeout=0.8)] == [VISAS]
        assert time.monotonic() - began < 0.75


@pytest.mark.usefixtures("with_openai")
def test_the_cache_is_bounded(openai: FakeOpenAI, with_openai: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_cache, "MOST", 3)
    ours = embeddings.embeddings()
    for number in range(6):
        ours.of_question(f"question {number}", Deadline.after(5))
    redis = with_openai.extensions["cci_redis"]
    kept = redis.keys("embedding:*")
    assert len(kept) == 3
    assert 0 < redis.ttl(kept[0]) <= embedding_cache.LIFE_SECONDS
    ours.of_question("question 5", Deadline.after(5))
    assert len(openai.asked) == 6


@pytest.mark.usefixtures("with_pinecone")
def test_pinecone_holds_the_vectors_of_each_organisation_apart(organisation_id: int, pinecone: FakePinecone) -> None:
    other = make_tenant(f"pinecone-{organisation_id}").organisation_id
    for each in (organisation_id, other):
        write(each, "Divers", LODGING, OFFICES)
        assert found(each, BY_VECTOR) == []
        assert tend(each, seconds=30).embedded == 2
        assert found(each, BY_VECTOR)[0] == LODGING
    assert set(pinecone.vectors) == {f"organisation-{organisation_id}", f"organisation-{other}"}
    assert all("text" not in each["metadata"] for known in pinecone.vectors.values() for each in known.values())
    with tenant_transaction(organisation_id) as session:
        stored = session.execute(sa.text("SELECT store, embedding FROM knowledge_vectors")).all()
    assert [tuple(each) for each in stored] == [("pinecone", None)] * 2


@pytest.mark.usefixtures("with_pinecone")
def test_what_pinecone_still_has_of_a_deleted_document_is_not_shown(
    organisation_id: int, pinecone: FakePinecone
) -> None:
    document_id = write(organisation_id, "Hébergement", LODGING)
    write(organisation_id, "Divers", OFFICES)
    tend(organisation_id, seconds=30)
    with tenant_transaction(organisation_id) as session:
        session.execute(sa.delete(KnowledgeDocument).where(KnowledgeDocument.id == document_id))
    known = pinecone.vectors[f"organisation-{organisation_id}"]
    assert len(known) == 2
    assert LODGING not in found(organisation_id, BY_VECTOR)
    known.pop(max(known))
    assert reconcile(organisation_id) == (1, 1)
    assert known == {}
    assert tend(organisation_id, seconds=30).embedded == 1
    assert len(known) == 1
    assert reconcile(organisation_id) == (0, 0)


@pytest.mark.usefixtures("with_pinecone")
def test_an_upsert_that_breaks_off_is_done_again(
    organisation_id: int, pinecone: FakePinecone, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(organisation_id, "Divers", LODGING)
    monkeypatch.setattr("cci_app.knowledge.index.upkeep.insert", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tend(organisation_id, seconds=30)
    assert len(pinecone.vectors[f"organisation-{organisation_id}"]) == 1
    monkeypatch.undo()
    assert tend(organisation_id, seconds=30).embedded == 1
    assert len(pinecone.vectors[f"organisation-{organisation_id}"]) == 1


@pytest.mark.usefixtures("with_pinecone")
def test_without_pinecone_the_words_are_searched(organisation_id: int, pinecone: FakePinecone) -> None:
    write(organisation_id, "Divers", LODGING)
    tend(organisation_id, seconds=30)
    pinecone.down = True
    began = time.monotonic()
    assert [each.text for each in search(organisation_id, "hebergement", "fr", timeout=2)] == [LODGING]
    assert time.monotonic() - began < 2
    with pytest.raises(Unavailable, match="Pinecone does not answer"):
        reconcile(organisation_id)


@pytest.mark.parametrize("name", ["foo", "anthropic:x", "google_genai:y", "openai", "openai:"])
def test_only_models_that_can_embed_are_offered(settings: Any, name: str) -> None:
    with pytest.raises(CannotStart) as refused:
        create_app(type(settings)(**(settings.model_dump() | {"embedding_model": name})))
    assert "openai:text-embedding-3-small, or to offline" in str(refused.value)
    assert not {"anthropic", "google_genai"} - {name.partition(":")[0]} & set(str(refused.value).split())


@pytest.mark.parametrize(
    "changes",
    [
        {"embedding_model": "openai:text-embedding-3-small"},
        {"embedding_model": "anthropic:x"},
        {"knowledge_store": "pinecone"},
        {"pinecone_api_key": KEY},
    ],
)
def test_what_is_named_and_not_set_up_refuses_to_start(settings: Any, changes: dict[str, Any]) -> None:
    with pytest.raises(CannotStart, match=r"set|needs"):
        create_app(type(settings)(**(settings.model_dump() | changes)))
