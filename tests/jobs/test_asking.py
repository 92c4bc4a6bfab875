"""Asking for a job: once, within a limit, and heard of when it is there."""

import threading
import uuid
from typing import Any

import pytest
from flask import Flask

from cci_app.core.database import tenant_transaction
from cci_app.core.errors import TooManyRequests
from cci_app.core.queue import Task
from cci_app.jobs import asking, ledger
from cci_app.jobs.asking import ask, ask_again, release
from cci_app.jobs.claims import claim, claimed
from cci_app.jobs.limits import Limit
from tests.conftest import make_tenant

SITE = {"url": "https://www.example.org/", "depth": 1}


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(asking, "ring", lambda _, job_id: heard.append(job_id))
    return heard


def limit(monkeypatch: pytest.MonkeyPatch, most: int | None) -> None:
    monkeypatch.setattr(asking, "limit_of", lambda _: Limit(open=most))


def test_a_job_is_rung_for_once_it_is_there(organisation_id: int, rung: list[str]) -> None:
    job = ask(organisation_id, Task.CRAWL_SITE, SITE, "request-1")
    assert rung == [str(job.id)]
    kept = ledger.find_job(organisation_id, job.id)
    assert (kept.kind, kept.payload, kept.request_id) == ("knowledge.crawl", SITE, "request-1")


def test_the_bell_waits_for_the_transaction(organisation_id: int, rung: list[str]) -> None:
    with tenant_transaction(organisation_id) as session:
        job = ask(organisation_id, Task.CRAWL_SITE, SITE, within=session)
        assert rung == []
    assert rung == [str(job.id)]


def test_what_is_undone_is_not_rung_for(organisation_id: int, rung: list[str]) -> None:
    with tenant_transaction(organisation_id) as session:
        ask(organisation_id, Task.CRAWL_SITE, SITE, within=session)
        session.rollback()
    assert rung == []


def test_a_job_that_is_held_is_rung_for_when_it_is_released(organisation_id: int, rung: list[str]) -> None:
    job = ask(organisation_id, Task.INGEST_DOCUMENT, {}, hold_seconds=60)
    assert rung == []
    assert claim(job.id) is None
    release(organisation_id, Task.INGEST_DOCUMENT, job.id)
    assert rung == [str(job.id)]
    assert claim(job.id) is not None


def test_the_same_is_asked_once_while_it_is_open(organisation_id: int, rung: list[str]) -> None:
    first = ask(organisation_id, Task.CRAWL_SITE, SITE, once=True)
    assert ask(organisation_id, Task.CRAWL_SITE, SITE, once=True).id == first.id
    assert rung == [str(first.id)]
    another = [
        ask(organisation_id, Task.CRAWL_SITE, {**SITE, "depth": 2}, once=True),
        ask(organisation_id, Task.CRAWL_SITE, SITE),
        ask(make_tenant(f"other-{uuid.uuid4().hex[:8]}").organisation_id, Task.CRAWL_SITE, SITE, once=True),
    ]
    assert first.id not in {job.id for job in another}
    ledger.cancel(organisation_id, first.id)
    ledger.cancel(organisation_id, another[1].id)
    assert ask(organisation_id, Task.CRAWL_SITE, SITE, once=True).id not in {first.id, another[1].id}


def in_parallel(app: Flask, times: int, **options: Any) -> list[uuid.UUID | None]:
    found: list[uuid.UUID | None] = []

    def work() -> None:
        with app.app_context():
            try:
                found.append(ask(kind=Task.CRAWL_SITE, payload=SITE, **options).id)
            except TooManyRequests:
                found.append(None)

    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_who_asks_at_the_same_moment_gets_the_same_job(app: Flask, organisation_id: int, rung: list[str]) -> None:
    assert len(set(in_parallel(app, 6, organisation_id=organisation_id, once=True))) == 1
    # The control: without `once` each gets its own.
    assert len(set(in_parallel(app, 6, organisation_id=organisation_id))) == 6


def test_an_organisation_has_so_many_open_jobs_of_a_kind(
    app: Flask, organisation_id: int, rung: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, 3)
    asked = in_parallel(app, 8, organisation_id=organisation_id)
    assert sum(job_id is not None for job_id in asked) == 3
    with pytest.raises(TooManyRequests, match="3 of these jobs are open") as refused:
        ask(organisation_id, Task.CRAWL_SITE, SITE)
    assert refused.value.retry_after
    # Another kind, another organisation, and the same once one is over.
    ask(organisation_id, Task.EXPORT, {})
    ask(make_tenant(f"other-{uuid.uuid4().hex[:8]}").organisation_id, Task.CRAWL_SITE, SITE)
    (first, *_) = [job_id for job_id in asked if job_id is not None]
    with claimed(first) as taken:
        assert taken is not None
    ask(organisation_id, Task.CRAWL_SITE, SITE)
    # The control: without the limit all are taken.
    limit(monkeypatch, None)
    assert None not in in_parallel(app, 8, organisation_id=organisation_id)


def test_a_job_that_is_over_may_be_asked_for_again(organisation_id: int, rung: list[str]) -> None:
    job = ask(organisation_id, Task.EXPORT, {})
    assert not ask_again(organisation_id, Task.EXPORT, job.id)
    ledger.cancel(organisation_id, job.id)
    rung.clear()
    assert ask_again(organisation_id, Task.EXPORT, job.id)
    assert rung == [str(job.id)]
