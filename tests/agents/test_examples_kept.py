"""What one process learnt of the examples, the others find in Redis."""

import queue
import threading

import pytest
from flask import Flask

from cci_app import begin_to_learn
from cci_app.core.redis import get_redis
from cci_app.language.encoder import classifier
from cci_app.language.encoder.learning import Learning, _learnt
from tests.conftest import Tenant

EXAMPLES = (
    ("erase", ("borren mis datos", "effacez mes données", "delete my data")),
    ("thanks", ("muchas gracias", "merci beaucoup", "thank you very much")),
)
OTHERS = ("el martes llueve en la montaña", "le train part à huit heures")


def learn() -> classifier.Classifier:
    """As a process does that has just begun."""
    return _learnt.__wrapped__(EXAMPLES, OTHERS)


def learns_no_more(*_: object) -> None:
    raise AssertionError("it was learnt before")


def test_what_was_learnt_is_found_by_another_process(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    first = learn()
    monkeypatch.setattr(classifier, "LabelWeights", learns_no_more)
    second = learn()
    for text in ("gracias", "borre todo", "el tren"):
        assert second.classify(text) == first.classify(text)


@pytest.mark.parametrize("rubbish", ["", "?", "AAAA", "//8="])
def test_rubbish_in_its_place_is_learnt_anew_and_replaced(app: Flask, rubbish: str) -> None:
    first = learn().packed()
    (key,) = [key for key in get_redis().keys("cci:kept:examples:*") if get_redis().strlen(key) < 2000]
    kept = get_redis().get(key)
    get_redis().set(key, rubbish)
    assert learn().packed() == first
    assert get_redis().get(key) == kept


def test_without_an_application_each_learns_for_itself() -> None:
    assert learn().classify("muchas gracias").label == "thanks"


def test_the_default_assistant_learns_before_the_first_message(
    app: Flask, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: queue.Queue[Learning] = queue.Queue()
    monkeypatch.setattr(Learning, "begin", lambda learning: begun.put(learning))
    settings = app.config["SETTINGS"].model_copy(update={"default_organisation": tenant.slug})
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    begin_to_learn(app)
    assert begun.get(timeout=60).there_are


def test_an_organisation_that_is_not_made_yet_stops_no_start(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failed.append)
    settings = app.config["SETTINGS"].model_copy(update={"default_organisation": "not-made-yet"})
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    begin_to_learn(app)
    for thread in threading.enumerate():
        if thread.name == "preparing":
            thread.join(60)
    assert not failed
