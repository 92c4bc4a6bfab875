"""Jobs: done by one worker, finished by whoever holds the lease, forgotten by nobody."""

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.core.errors import InvalidInput, NotFound, Unavailable
from cci_app.jobs import claims, ledger
from cci_app.jobs.claims import Claim, ClaimLost, claim, claimed
from cci_app.jobs.models import Job, JobState
from tests.conftest import make_tenant

KIND = "contacts.reload"


@pytest.fixture(autouse=True)
def _no_open_jobs(app: Flask) -> None:
    with system_transaction() as session:
        session.execute(sa.delete(Job))


@pytest.fixture
def job_id(organisation_id: int) -> uuid.UUID:
    with tenant_transaction(organisation_id) as session:
        return ledger.enqueue(session, organisation_id, KIND, {"file": "a"}, "request-1").id


def change(job_id: uuid.UUID, **values: Any) -> None:
    with system_transaction() as session:
        session.execute(sa.update(Job).where(Job.id == job_id).values(**values))


def ago(seconds: float) -> Any:
    return sa.func.now() - sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds)


def work(job_id: uuid.UUID, do: Callable[[Claim], None]) -> None:
    with claimed(job_id) as taken:
        assert taken is not None
        do(taken)


def fail_with(error: BaseException) -> Callable[[Claim], None]:
    def do(_: Claim) -> None:
        raise error

    return do


def test_a_job_is_asked_for_done_and_seen(organisation_id: int, job_id: uuid.UUID) -> None:
    queued = ledger.find_job(organisation_id, job_id)
    assert (queued.state, queued.payload, queued.request_id, queued.attempts) == (
        JobState.QUEUED,
        {"file": "a"},
        "request-1",
        0,
    )

    def do(taken: Claim) -> None:
        assert (taken.kind, taken.payload, taken.organisation_id) == (KIND, {"file": "a"}, organisation_id)
        running = ledger.find_job(organisation_id, job_id)
        assert (running.state, running.started_at is not None) == (JobState.RUNNING, True)
        taken.progress(7, 10)
        taken.result = {"added": 1}

    work(job_id, do)
    done = ledger.find_job(organisation_id, job_id)
    assert (done.state, done.result, done.rows_done, done.rows) == (JobState.DONE, {"added": 1}, 7, 10)
    assert (done.lease_token, done.reason, done.finished_at is not None) == (None, None, True)


def test_a_second_delivery_gets_nothing(organisation_id: int, job_id: uuid.UUID) -> None:
    with claimed(job_id) as first, claimed(job_id) as second:
        assert first is not None
        assert second is None
    with claimed(job_id) as again:
        assert again is None
    assert claim(uuid.uuid4()) is None


def test_of_many_at_once_one_gets_it(app: Flask, organisation_id: int, job_id: uuid.UUID) -> None:
    taken: list[Claim | None] = []

    def take() -> None:
        with app.app_context():
            taken.append(claim(job_id))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in taken if one]) == 1
    assert len(taken) == 8


def test_another_organisation_does_not_see_the_job(organisation_id: int, job_id: uuid.UUID) -> None:
    foreign = make_tenant("other-jobs").organisation_id
    with pytest.raises(NotFound):
        ledger.find_job(foreign, job_id)
    assert not ledger.cancel(foreign, job_id)
    with pytest.raises(NotFound):
        ledger.find_job(organisation_id, uuid.uuid4())
    with pytest.raises(NotFound):
        ledger.find_job(organisation_id, job_id, "another kind")


def test_an_error_of_ours_is_the_reason(organisation_id: int, job_id: uuid.UUID) -> None:
    work(job_id, fail_with(InvalidInput("the workbook is empty")))
    job = ledger.find_job(organisation_id, job_id)
    assert (job.state, job.reason) == (JobState.FAILED, "the workbook is empty")


def test_any_other_error_is_not_shown(organisation_id: int, job_id: uuid.UUID) -> None:
    work(job_id, fail_with(RuntimeError("password=secret")))
    job = ledger.find_job(organisation_id, job_id)
    assert job.state == JobState.FAILED
    assert job.reason is not None
    assert "secret" not in job.reason


def test_what_is_unavailable_is_tried_again_later(organisation_id: int, job_id: uuid.UUID) -> None:
    for attempt in range(1, ledger.MAX_ATTEMPTS + 1):
        work(job_id, fail_with(Unavailable("the store does not answer")))
        job = ledger.find_job(organisation_id, job_id)
        assert job.attempts == attempt
        if attempt < ledger.MAX_ATTEMPTS:
            assert (job.state, job.reason) == (JobState.QUEUED, "the store does not answer")
            assert claim(job_id) is None
            assert ledger.open_jobs() == []
            change(job_id, not_before=ago(1), created_at=ago(60))
    assert (job.state, job.reason) == (JobState.FAILED, "the store does not answer (tried 3 times)")


def test_waiting_for_whoever_names_a_time_is_no_attempt(organisation_id: int, job_id: uuid.UUID) -> None:
    for _ in range(ledger.MAX_ATTEMPTS + 1):
        work(job_id, fail_with(Unavailable("SharePoint asks to wait", retry_after=315)))
        job = ledger.find_job(organisation_id, job_id)
        assert (job.state, job.attempts, job.reason) == (JobState.QUEUED, 0, "SharePoint asks to wait")
        assert job.not_before is not None
        assert job.started_at is not None
        assert 300 < (job.not_before - job.started_at).total_seconds() < 330
        change(job_id, not_before=ago(1))
    with claimed(job_id):
        assert ledger.find_job(organisation_id, job_id).reason is None
    change(job_id, state=JobState.QUEUED)
    change(job_id, started_at=ago(24 * 3600 + 1), attempts=ledger.MAX_ATTEMPTS - 1)
    work(job_id, fail_with(Unavailable("SharePoint asks to wait", retry_after=315)))
    assert ledger.find_job(organisation_id, job_id).state == JobState.FAILED


def test_work_goes_on_where_the_checkpoint_says(organisation_id: int, job_id: uuid.UUID) -> None:
    first = claim(job_id)
    assert first is not None
    assert first.checkpoint == {}
    first.keep({"part": 1})
    first.keep({"part": 2})
    assert first.checkpoint == {"part": 2}
    change(job_id, lease_until=ago(1))
    second = claim(job_id)
    assert second is not None
    assert second.checkpoint == {"part": 2}
    with pytest.raises(ClaimLost):
        first.keep({"part": 3})
    assert ledger.find_job(organisation_id, job_id).checkpoint == {"part": 2}


def test_a_worker_told_to_stop_gives_the_job_back(organisation_id: int, job_id: uuid.UUID) -> None:
    with pytest.raises(SystemExit):
        work(job_id, fail_with(SystemExit()))
    assert ledger.find_job(organisation_id, job_id).state == JobState.QUEUED
    assert claim(job_id) is not None


def test_the_lease_beats(organisation_id: int, job_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "LEASE_SECONDS", 0.5)
    monkeypatch.setattr(claims, "BEAT_SECONDS", 0.05)

    def do(taken: Claim) -> None:
        taken.progress(3, 9)
        for _ in range(10):
            time.sleep(0.1)
            assert claim(job_id) is None
        assert ledger.find_job(organisation_id, job_id).rows_done == 3

    work(job_id, do)
    assert ledger.find_job(organisation_id, job_id).state == JobState.DONE


def test_a_dead_worker_holds_no_job_up_though_the_clock_is_set_back(organisation_id: int, job_id: uuid.UUID) -> None:
    assert claim(job_id) is not None
    change(job_id, lease_until=ago(-3600))
    assert [job.job_id for job in ledger.open_jobs()] == [job_id]
    change(job_id, state=JobState.RUNNING, lease_until=ago(-3600))
    assert claim(job_id) is not None


def test_without_a_beat_another_takes_over_and_the_first_changes_nothing(
    organisation_id: int, job_id: uuid.UUID
) -> None:
    zombie = claim(job_id)
    assert zombie is not None
    assert claim(job_id) is None
    change(job_id, lease_until=ago(1))
    second = claim(job_id)
    assert second is not None
    zombie.close(JobState.FAILED, reason="late")
    zombie.beat()
    with pytest.raises(ClaimLost):
        zombie.progress(1)
    with pytest.raises(ClaimLost), tenant_transaction(organisation_id) as session:
        zombie.finish(session, {"from": "zombie"})
    second.close(JobState.DONE, result={"from": "second"})
    zombie.close(JobState.DONE, result={"from": "zombie"})
    job = ledger.find_job(organisation_id, job_id)
    assert (job.state, job.result, job.attempts, job.reason) == (JobState.DONE, {"from": "second"}, 2, None)
    assert (zombie.state, second.state) == (None, JobState.DONE)


def test_work_and_its_end_are_one_transaction(organisation_id: int, job_id: uuid.UUID) -> None:
    def undone(taken: Claim) -> None:
        with tenant_transaction(organisation_id) as session:
            taken.finish(session, {"try": 1})
            raise InvalidInput("undone")

    def do(taken: Claim) -> None:
        with pytest.raises(InvalidInput):
            undone(taken)
        assert ledger.find_job(organisation_id, job_id).state == JobState.RUNNING
        with tenant_transaction(organisation_id) as session:
            taken.finish(session, {"try": 2})

    with claimed(job_id) as taken:
        assert taken is not None
        do(taken)
    job = ledger.find_job(organisation_id, job_id)
    assert (job.state, job.result, taken.state) == (JobState.DONE, {"try": 2}, JobState.DONE)


def test_a_job_interrupted_too_often_is_given_up(organisation_id: int, job_id: uuid.UUID) -> None:
    for _ in range(ledger.MAX_ATTEMPTS):
        assert claim(job_id) is not None
        change(job_id, lease_until=ago(1))
    assert claim(job_id) is None
    job = ledger.find_job(organisation_id, job_id)
    assert (job.state, job.reason, job.attempts) == (JobState.FAILED, ledger.GAVE_UP, 3)


def test_the_sweeper_gives_up_too(organisation_id: int, job_id: uuid.UUID) -> None:
    assert claim(job_id) is not None
    change(job_id, lease_until=ago(1), attempts=3)
    assert ledger.open_jobs() == []
    assert ledger.find_job(organisation_id, job_id).state == JobState.FAILED


def test_the_sweeper_finds_a_job_whose_bell_was_lost(organisation_id: int, job_id: uuid.UUID) -> None:
    assert ledger.open_jobs() == []
    change(job_id, created_at=ago(6))
    assert ledger.open_jobs() == [ledger.OpenJob(job_id, organisation_id, KIND)]
    assert ledger.open_jobs() == []
    change(job_id, lease_until=ago(1))
    assert len(ledger.open_jobs()) == 1
    assert claim(job_id) is not None


def test_the_sweeper_finds_a_job_whose_worker_died(organisation_id: int, job_id: uuid.UUID) -> None:
    assert claim(job_id) is not None
    change(job_id, created_at=ago(60))
    assert ledger.open_jobs() == []
    change(job_id, lease_until=ago(1))
    assert [job.job_id for job in ledger.open_jobs()] == [job_id]
    assert claim(job_id) is not None


def test_a_cancelled_job_is_noticed_by_its_worker(
    organisation_id: int, job_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "BEAT_SECONDS", 0.05)

    def do(taken: Claim) -> None:
        assert ledger.cancel(organisation_id, job_id)
        for number in range(100):
            taken.progress(number)
            time.sleep(0.05)

    work(job_id, do)
    job = ledger.find_job(organisation_id, job_id)
    assert (job.state, job.result) == (JobState.CANCELLED, None)
    assert not ledger.cancel(organisation_id, job_id)
