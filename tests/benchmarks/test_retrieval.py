"""The measurement of the search, on the questions that nothing was tuned on."""

import pytest

from benchmarks.retrieval.__main__ import GOAL, WAYS, measure, reaches_goal
from benchmarks.retrieval.collection import CHAMBER, SAMPLES, Expected, Question, answers

pytestmark = pytest.mark.usefixtures("app")


def test_both_ways_together_find_more_than_each_alone(organisation_id: int) -> None:
    SAMPLES.load(organisation_id)
    asked = [each for each in SAMPLES.questions() if not each.tune]
    scores = {name: measure(organisation_id, way, asked) for name, way in WAYS.items()}
    hybrid, *parts = scores["hybrid"], scores["text alone"], scores["vectors alone"]
    assert hybrid.questions >= 90
    assert hybrid.hit_5 >= GOAL
    assert all(hybrid.mrr > part.mrr and hybrid.hit_5 >= part.hit_5 for part in parts), scores


def test_among_passages_that_resemble_each_other_both_ways_find_more_than_each_alone(organisation_id: int) -> None:
    CHAMBER.load(organisation_id)
    asked = [each for each in CHAMBER.questions() if not each.tune]
    scores = {name: measure(organisation_id, way, asked) for name, way in WAYS.items()}
    assert scores["hybrid"].questions >= 120
    assert reaches_goal(scores), scores


def test_a_search_that_finds_nothing_scores_nothing(organisation_id: int) -> None:
    SAMPLES.load(organisation_id)
    score = measure(organisation_id, lambda *_: [], SAMPLES.questions()[:5])
    assert (score.hit_1, score.hit_5, score.mrr) == (0, 0, 0)


def test_a_passage_that_is_expected_has_to_be_there(organisation_id: int) -> None:
    SAMPLES.load(organisation_id)
    question = Question("fr", "?", (Expected.parse("contact#Horaires"),), tune=True)
    (right,) = answers(organisation_id, [question])
    assert len(right) == 1
    for wrong in ("contact#Parking", "contact#Bureau", "nowhere"):
        with pytest.raises(ValueError, match=wrong.partition("#")[0]):
            answers(organisation_id, [Question("fr", "?", (Expected.parse(wrong),), tune=True)])
