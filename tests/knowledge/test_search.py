"""Searching by words and by vectors, for one organisation among others."""

import struct
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from math import isfinite
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.core.database import keyless_transaction, tenant_connection, tenant_transaction
from cci_app.knowledge.index.chunking import Chunk
from cci_app.knowledge.index.indexing import Cut, index, prepare
from cci_app.knowledge.index.stores import pgvector
from cci_app.knowledge.models import KnowledgeChunk, KnowledgeDocument
from cci_app.knowledge.search import text_search
from cci_app.knowledge.search.retrieval import search
from cci_app.llm.vectors import DIMENSIONS
from tests.conftest import make_tenant

pytestmark = pytest.mark.usefixtures("app")

VISAS = "Nous suivons les visas de vos salariés."
OFFICES = "On peut louer un bureau au mois."


def write(organisation_id: int, title: str, *texts: str, language: str = "fr") -> int:
    """A document with these passages; its id."""
    [prepared] = prepare([Cut(title, language, tuple(Chunk(text, None, None) for text in texts))])
    with tenant_transaction(organisation_id) as session:
        document = KnowledgeDocument(
            organisation_id=organisation_id, source=title, title=title, language=language, content_hash=title
        )
        session.add(document)
        session.flush()
        index(session, organisation_id, {document.id: prepared})
        return document.id


def found(organisation_id: int, query: str, language: str | None = "fr") -> list[str]:
    return [passage.text for passage in search(organisation_id, query, language)]


def test_words_accents_and_slips_find_the_same_passage(organisation_id: int) -> None:
    write(organisation_id, "Divers", VISAS, OFFICES)
    for query in ("visas", "VISA", "les vissas des salaries", "salarries"):
        assert found(organisation_id, query)[0] == VISAS, query
    assert found(organisation_id, "louez vous des bureaus ?")[0] == OFFICES


def test_a_passage_is_found_by_its_vector_alone(organisation_id: int) -> None:
    """No word is the same, nor begins alike: it is the same in another language."""
    write(organisation_id, "Divers", "Un hébergement temporaire pour vos équipes.", OFFICES)
    assert found(organisation_id, "hospedaje")[0].startswith("Un hébergement")


@pytest.mark.parametrize("typed", ["{}-{}", "{}{}", "le formulaire {}{}", "{}-{} avant quelle heure"])
def test_a_reference_is_found_with_its_hyphen_or_without(organisation_id: int, typed: str) -> None:
    forms = {("CO", "5"): "Le formulaire CO-5 est vert.", ("co", "6"): "Le formulaire CO-6 est bleu."}
    write(organisation_id, "Divers", VISAS, OFFICES, *forms.values())
    for reference, form in forms.items():
        assert found(organisation_id, typed.format(*reference))[0] == form


def test_a_vector_is_written_as_precisely_as_it_is_kept(organisation_id: int) -> None:
    every = [number for number in struct.unpack("65536e", struct.pack("65536H", *range(65536))) if isfinite(number)]
    every += [1 / 3, -2 / 3, 1e-5]
    every += [0.0] * (-len(every) % DIMENSIONS)
    vectors = [every[begin : begin + DIMENSIONS] for begin in range(0, len(every), DIMENSIONS)]
    same = sa.text(
        f"SELECT short::halfvec({DIMENSIONS}) = long::halfvec({DIMENSIONS})"
        " FROM unnest(CAST(:short AS text[]), CAST(:long AS text[])) AS written(short, long)"
    )
    values = {"short": [pgvector.written(each) for each in vectors], "long": [str(each) for each in vectors]}
    with tenant_transaction(organisation_id) as session:
        assert session.scalars(same, values).all() == [True] * len(vectors)


def test_nothing_fits(organisation_id: int) -> None:
    write(organisation_id, "Divers", VISAS, OFFICES)
    assert found(organisation_id, "recette du sancocho") == []
    assert found(organisation_id, "?") == []


def test_the_language_asked_comes_first_and_another_after_it(organisation_id: int) -> None:
    write(organisation_id, "Visas", VISAS)
    spanish = "Tramitamos visas de trabajo."
    write(organisation_id, "Trámites", spanish, language="es")
    assert found(organisation_id, "visas", "es") == [spanish, VISAS]
    assert found(organisation_id, "visas", "fr") == [VISAS, spanish]


def test_the_best_of_all_languages_come_first_whichever_is_asked(organisation_id: int) -> None:
    french, spanish = "Les programmes peuvent changer.", "La ludoteca recibe niños los sábados, con programa."
    write(organisation_id, "Lieux", french, VISAS)
    write(organisation_id, "Ludoteca", OFFICES, spanish, language="es")
    assert found(organisation_id, "ludoteka programa niños", "fr")[0] == spanish
    assert found(organisation_id, "ludoteka programa niños", None)[0] == spanish


def test_the_score_of_a_passage_that_is_first_in_all_orders_is_one(organisation_id: int) -> None:
    write(organisation_id, "Divers", VISAS, OFFICES)
    scores = [passage.score for passage in search(organisation_id, "visas", "fr")]
    assert scores[0] == pytest.approx(1.0)
    assert scores == sorted(scores, reverse=True)


def test_two_organisations_with_the_same_passages_find_their_own(organisation_id: int) -> None:
    other = make_tenant(f"other-{organisation_id}").organisation_id
    mine, theirs = write(organisation_id, "Visas", VISAS), write(other, "Visas", VISAS)
    assert {passage.document_id for passage in search(organisation_id, "visas", "fr", 50)} == {mine}
    assert {passage.document_id for passage in search(other, "visas", "fr", 50)} == {theirs}
    with tenant_transaction(organisation_id) as session:
        for table in ("knowledge_vectors", "knowledge_passages"):
            seen = sa.text(f"SELECT DISTINCT organisation_id FROM {table}")
            assert session.scalars(seen).all() == [organisation_id], table
    with keyless_transaction() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM knowledge_passages")) == 0


def test_words_and_vectors_are_looked_for_at_the_same_time(
    organisation_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(organisation_id, "Divers", VISAS, OFFICES)
    both = threading.Barrier(2, timeout=10)

    def meeting(search_one_way: Callable[..., Any]) -> Callable[..., Any]:
        def meet(*given: Any, **more: Any) -> Any:
            both.wait()
            return search_one_way(*given, **more)

        return meet

    monkeypatch.setattr(text_search, "holding", meeting(text_search.holding))
    monkeypatch.setattr(pgvector.PgVectorStore, "nearest", meeting(pgvector.PgVectorStore.nearest))
    assert [each.text for each in search(organisation_id, "visas", "fr", 1)] == [VISAS]
    assert both.n_waiting == 0


def test_a_search_does_with_the_last_connection_of_the_pool(app: Flask, organisation_id: int) -> None:
    lodging = "Un hébergement temporaire pour vos équipes."
    write(organisation_id, "Divers", lodging, OFFICES)
    with ExitStack() as stack:
        for _ in range(app.config["SETTINGS"].db_pool_size - 1):
            stack.enter_context(tenant_connection(organisation_id))
        assert [each.text for each in search(organisation_id, "hospedaje", "fr", 1, timeout=4)] == [lodging]


def test_vectors_that_are_not_compared_in_time_leave_the_words(addresses: dict[str, str], organisation_id: int) -> None:
    lodging = "Un hébergement temporaire pour vos équipes."
    write(organisation_id, "Divers", lodging, OFFICES)
    engine = sa.create_engine(addresses["superuser"].replace("postgresql:", "postgresql+psycopg2:"))
    with engine.connect() as connection:
        connection.execute(sa.text("LOCK TABLE knowledge_vectors IN ACCESS EXCLUSIVE MODE"))
        began = time.monotonic()
        assert [each.text for each in search(organisation_id, "hebergement", "fr", 1, timeout=1)] == [lodging]
        assert 0.4 < time.monotonic() - began < 1
        connection.rollback()
    engine.dispose()


def test_deleted_passages_are_gone(organisation_id: int) -> None:
    document_id = write(organisation_id, "Visas", VISAS)
    with tenant_transaction(organisation_id) as session:
        session.execute(sa.delete(KnowledgeDocument).where(KnowledgeDocument.id == document_id))
        assert session.scalar(sa.text("SELECT count(*) FROM knowledge_vectors")) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(KnowledgeChunk)) == 0
    assert found(organisation_id, "visas") == []


def test_text_search_uses_its_index_under_row_level_security(addresses: dict[str, str], organisation_id: int) -> None:
    """Of the table itself it would not: its operator is not leak-proof."""
    engine = sa.create_engine(addresses["superuser"].replace("postgresql:", "postgresql+psycopg2:"))
    with engine.connect() as connection:
        # In this transaction no other index is left to choose.
        connection.execute(sa.text("DROP INDEX ix_knowledge_chunks_organisation_id_document_id"))
        own = "ALTER TABLE knowledge_chunks DROP CONSTRAINT uq_knowledge_chunks_organisation_id_id CASCADE"
        connection.execute(sa.text(own))
        connection.execute(sa.text("SET LOCAL enable_seqscan = off; SET LOCAL ROLE cci_app"))
        connection.execute(sa.text(f"SET LOCAL app.organisation_id = '{organisation_id}'"))
        plans = {
            table: "\n".join(
                connection.scalars(sa.text(f"EXPLAIN SELECT FROM {table} WHERE search @@ 'visa'::tsquery"))
            )
            for table in ("knowledge_passages", "knowledge_chunks")
        }
        connection.rollback()
    engine.dispose()
    assert "ix_knowledge_chunks_search" in plans["knowledge_passages"]
    assert "ix_knowledge_chunks_search" not in plans["knowledge_chunks"]
