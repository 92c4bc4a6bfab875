"""The measurement of the search, on the questions that nothing was tuned on."""

import pytest

from benchmarks.retrieval.__main__ import GOAL, WAYS, load, measure, questions

pytestmark = pytest.mark.usefixtures("app")


def test_both_ways_together_find_more_than_each_alone(organisation_id: int) -> None:
    load(organisation_id)
    asked = [each for each in questions() if not each.tune]
    scores = {name: measure(organisation_id, way, asked) for name, way in WAYS.items()}
    hybrid, *parts = scores["hybrid"], scores["text alone"], scores["vectors alone"]
    assert hybrid.questions >= 90
    assert hybrid.hit_5 >= GOAL
    assert all(hybrid.mrr > part.mrr and hybrid.hit_5 >= part.hit_5 for part in parts), scores


def test_a_search_that_finds_nothing_scores_nothing(organisation_id: int) -> None:
    score = measure(organisation_id, lambda *_: [], questions()[:5])
    assert (score.hit_1, score.hit_5, score.mrr) == (0, 0, 0)
