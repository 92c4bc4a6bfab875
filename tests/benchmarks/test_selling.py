"""The seller as `make eval` counts it: questions read right, and a lying model that changes a figure only unguarded."""

import pytest

from benchmarks.selling.filters import ReadQuery, queries, read_queries
from benchmarks.selling.intents import Routing, accuracy, confusion, utterances
from benchmarks.selling.shop import NAME, Shop
from benchmarks.selling.voiced import voiced
from cci_app.assistants.files import load_specs
from config.settings import ROOT
from tests.catalog.ready import make_cars
from tests.conftest import Tenant


@pytest.fixture
def shop(tenant: Tenant) -> Shop:
    spec = load_specs(ROOT / "config" / "assistants")[NAME]
    return Shop(tenant.organisation_id, spec, make_cars(tenant))


def test_the_questions_that_were_looked_at_are_read_right(shop: Shop) -> None:
    asked = queries("seen")
    assert [each.query.ask for each in read_queries(shop.table, asked) if not each.right] == []
    assert len(asked) + len(queries("unseen")) == 100
    assert not ReadQuery(asked[0], frozenset({"make=Kia"})).right


def test_a_lying_model_changes_no_figure_but_where_nobody_compares(shop: Shop) -> None:
    asked = queries("seen")[:6]
    guarded, unguarded = (voiced(shop, asked, guarded=there) for there in (True, False))
    assert guarded.tried == unguarded.tried > 0
    assert guarded.changed == 0
    assert unguarded.changed >= guarded.tried


def test_nothing_that_is_measured_is_among_the_examples() -> None:
    router = load_specs(ROOT / "config" / "assistants")[NAME].router
    assert router is not None
    learnt = {text for each in router.intents.values() for several in each.examples.root.values() for text in several}
    learnt |= {text for several in router.others.root.values() for text in several}
    held_out = [text for text, _ in utterances("unseen")]
    assert len(held_out) > 100
    assert len(utterances("seen")) > 200
    assert [text for text in held_out if text in learnt] == []


def test_the_table_tells_what_was_taken_for_what() -> None:
    told = [Routing("a", "catalog", "catalog"), Routing("b", "catalog", "finance"), Routing("c", "info", "doubtful")]
    assert accuracy(told) == pytest.approx(1 / 3)
    lines = confusion(told).splitlines()
    assert lines[1].split() == ["catalog", "2", "1", "1", "finance"]
    assert lines[2].split() == ["info", "1", "0", "1", "asked", "back"]
    assert "0.333 right, 1 asked back" in lines[3]
