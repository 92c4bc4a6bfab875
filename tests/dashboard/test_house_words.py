"""Every table that is kept for a time, every job and every kind of document has words in each language of the pages."""

import re
from pathlib import Path

import pytest
from flask import Flask

import cci_app
import celery_tasks
from cci_app.conversation.retention import kept_days
from cci_app.core.queue import Task
from cci_app.dashboard.house_words import device_name, job_name, kind_name, table_name
from cci_app.dashboard.looking import show_to_a_stranger
from cci_app.knowledge.reading.kinds import DocumentKind

ROOMS = [Path(package.__path__[0]) for package in (cci_app, celery_tasks)]
HOUSE = "\n".join(path.read_text() for room in ROOMS for path in room.rglob("*.py"))
JOBS = {Task[name].value for name in re.findall(r"\b(?:ask|release|schedule_for_all)\([^()]*?Task\.(\w+)", HOUSE)}


@pytest.mark.parametrize("language", ["fr", "es", "en"])
def test_what_the_installation_keeps_and_does_has_words(app: Flask, language: str) -> None:
    tables = {*kept_days(app.config["SETTINGS"]), "export_files"}
    assert {Task.FORGET_OLD, Task.ERASE_PERSON, Task.EXPORT} <= JOBS
    with app.test_request_context():
        show_to_a_stranger(language)
        shown = [*map(table_name, tables), *map(job_name, JOBS), *map(kind_name, DocumentKind)]
        assert len(set(shown)) == len(shown)
        assert not set(shown) & {*tables, *JOBS, *DocumentKind}
        # What a later version has is shown as it is.
        assert table_name("later") == job_name("later") == kind_name("later") == "later"
        assert kind_name(None) == ""


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0", "Firefox · Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/18.5 Mobile/15E148 Safari/604.1",
            "Mobile Safari · iOS",
        ),
        ("curl/8.5.0", "curl"),
        ("something else", "something else"),
        ("a" * 300, "a" * 60),
        (None, "A device"),
    ],
)
def test_a_device_has_a_name(app: Flask, agent: str | None, shown: str) -> None:
    with app.test_request_context():
        show_to_a_stranger("en")
        assert device_name(agent) == shown
