"""Vectors that are missing, of another model, or too many for one another: found and mended in the background."""

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.core.database import tenant_transaction
from cci_app.knowledge.index import upkeep
from cci_app.knowledge.search.retrieval import search
from tests.knowledge.test_search import OFFICES, VISAS, found, write

LODGING = "Un hébergement temporaire pour vos équipes."
# Nothing but its vector finds that passage by this.
BY_VECTOR = "hospedaje"

pytestmark = pytest.mark.usefixtures("app")


def _change(organisation_id: int, statement: str) -> None:
    with tenant_transaction(organisation_id) as session:
        session.execute(sa.text(statement))


def test_passages_without_a_vector_are_found_by_their_words_and_get_one(organisation_id: int) -> None:
    write(organisation_id, "Divers", LODGING, OFFICES)
    _change(organisation_id, "DELETE FROM knowledge_vectors")
    assert found(organisation_id, "hebergement") == [LODGING]
    assert found(organisation_id, BY_VECTOR) == []
    assert organisation_id in upkeep.organisations_to_tend()
    upkeep.tend_all(30)
    assert found(organisation_id, BY_VECTOR)[0] == LODGING
    assert organisation_id not in upkeep.organisations_to_tend()


def test_vectors_of_another_model_are_not_compared_and_are_made_anew(organisation_id: int) -> None:
    write(organisation_id, "Divers", LODGING)
    _change(organisation_id, "UPDATE knowledge_vectors SET model = 'openai:another'")
    assert found(organisation_id, "hebergement") == [LODGING]
    assert found(organisation_id, BY_VECTOR) == []
    assert upkeep.tend(organisation_id, seconds=30).embedded == 1
    assert found(organisation_id, BY_VECTOR)[0] == LODGING


def test_what_is_left_undone_is_done_the_next_time(organisation_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    write(organisation_id, "Divers", *(f"Passage {number}" for number in range(5)))
    _change(organisation_id, "DELETE FROM knowledge_vectors")
    monkeypatch.setattr(upkeep, "BATCH", 2)
    first = upkeep.tend(organisation_id, seconds=0)
    assert (first.embedded, first.left) == (2, True)
    assert upkeep.tend(organisation_id, seconds=30).embedded == 3


def test_many_vectors_go_into_the_graph_and_are_found_there(
    app: Flask, organisation_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(organisation_id, "Divers", LODGING, OFFICES, VISAS)
    assert upkeep.tend(organisation_id, seconds=30).graphed == 0
    monkeypatch.setattr(upkeep, "MOST_WAITING", 2)
    assert organisation_id in upkeep.organisations_to_tend()
    assert upkeep.tend(organisation_id, seconds=30).graphed == 3
    late = "Un logement provisoire."
    write(organisation_id, "Autre", late)
    assert found(organisation_id, BY_VECTOR)[0] == LODGING
    assert found(organisation_id, "xlogementy")[0] == late
    assert {passage.text for passage in search(organisation_id, "bureau visa", "fr")} >= {OFFICES, VISAS}


def test_the_command_says_what_it_did(app: Flask, organisation_id: int) -> None:
    write(organisation_id, "Divers", LODGING)
    _change(organisation_id, "DELETE FROM knowledge_vectors")
    with tenant_transaction(organisation_id) as session:
        slug = session.scalar(sa.text("SELECT slug FROM organisations"))
    result = app.test_cli_runner().invoke(args=["knowledge", "vectors", "--organisation", str(slug)])
    assert result.exit_code == 0
    assert "1 made" in result.output
