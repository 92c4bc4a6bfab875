"""One organisation's many jobs leave room for another's one."""

import threading
import uuid

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.core.queue import Task
from cci_app.jobs import limits
from cci_app.jobs.claims import Claim, claim, claimed
from cci_app.jobs.ledger import enqueue, open_jobs
from cci_app.jobs.models import Job, JobState
from tests.conftest import make_tenant

KIND = Task.INGEST_DOCUMENT.value


@pytest.fixture(autouse=True)
def _four_workers(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = app.config["SETTINGS"].model_copy(update={"job_concurrency": 4})
    monkeypatch.setitem(app.config, "SETTINGS", changed)
    with system_transaction() as session:
        session.execute(sa.update(Job).values(state=JobState.CANCELLED))


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[uuid.UUID]:
    heard: list[uuid.UUID] = []
    monkeypatch.setattr(limits, "ring", lambda _, job_id: heard.append(uuid.UUID(job_id)))
    return heard


def ask(organisation_id: int, count: int, kind: str = KIND) -> list[uuid.UUID]:
    with tenant_transaction(organisation_id) as session:
        return [enqueue(session, organisation_id, kind, {}).id for _ in range(count)]


def test_one_organisations_many_leave_room_for_anothers_one(organisation_id: int, rung: list[uuid.UUID]) -> None:
    other = make_tenant(f"other-{uuid.uuid4().hex[:8]}").organisation_id
    many, (one,) = ask(organisation_id, 8), ask(other, 1)
    assert [claim(job_id) is not None for job_id in many] == [True, True, *[False] * 6]
    assert claim(one) is not None


def test_without_the_limit_the_many_take_all(organisation_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "limit_of", lambda _: limits.Limit())
    assert all(claim(job_id) is not None for job_id in ask(organisation_id, 8))


def test_a_kind_has_a_limit_of_the_installation(organisation_id: int) -> None:
    tenants = [make_tenant(f"site-{uuid.uuid4().hex[:8]}").organisation_id for _ in range(3)]
    jobs = [ask(each, 1, Task.CRAWL_SITE.value)[0] for each in tenants]
    assert [claim(job_id) is not None for job_id in jobs] == [True, True, False]
    assert claim(ask(organisation_id, 1)[0]) is not None


def test_what_found_no_room_is_rung_for_when_one_ends(organisation_id: int, rung: list[uuid.UUID]) -> None:
    first, second, third = ask(organisation_id, 3)
    assert claim(second) is not None
    with claimed(first) as taken:
        assert taken is not None
        assert claim(third) is None
        assert rung == []
    assert rung == [third]
    assert claim(third) is not None


def test_what_found_no_room_is_found_by_the_sweeper(organisation_id: int) -> None:
    *taken, waiting = ask(organisation_id, 3)
    assert [claim(job_id) is not None for job_id in [*taken, waiting]] == [True, True, False]
    assert open_jobs() == []
    with system_transaction() as session:
        past = sa.func.clock_timestamp() - sa.func.make_interval(0, 0, 0, 0, 0, 0, 1)
        session.execute(sa.update(Job).where(Job.id == waiting).values(lease_until=past))
    assert [job.job_id for job in open_jobs()] == [waiting]


def test_a_dead_worker_holds_no_place(organisation_id: int) -> None:
    first, second, third = ask(organisation_id, 3)
    assert claim(first) is not None
    assert claim(second) is not None
    assert claim(third) is None
    with system_transaction() as session:
        past = sa.func.clock_timestamp() - sa.func.make_interval(0, 0, 0, 0, 0, 0, 1)
        session.execute(sa.update(Job).where(Job.id == first).values(lease_until=past))
    assert claim(third) is not None


def test_many_workers_at_once_take_no_more_places(app: Flask, organisation_id: int) -> None:
    taken: list[Claim | None] = []

    def work(job_id: uuid.UUID) -> None:
        with app.app_context():
            taken.append(claim(job_id))

    threads = [threading.Thread(target=work, args=(job_id,)) for job_id in ask(organisation_id, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(each is not None for each in taken) == 2
