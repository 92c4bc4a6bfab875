"""How Celery comes back to Redis."""

import pytest
from kombu.transport.redis import Channel

from celery_tasks.app import celery
from celery_tasks.broker import PatientConnection


def test_the_worker_tries_every_second_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []
    monkeypatch.setattr("kombu.Connection.ensure_connection", lambda *_, **pauses: asked.append(pauses))
    with celery.connection_for_read() as connection:
        assert isinstance(connection, PatientConnection)
        assert connection.ensure_connection(None, celery.conf.broker_connection_max_retries) is connection
    assert asked == [{"interval_start": 1.0, "interval_step": 0, "interval_max": 1.0}]
    assert celery.conf.broker_connection_max_retries is None


def test_a_lost_connection_is_not_asked_to_take_tasks_back() -> None:
    assert not Channel.do_restore
    assert celery.conf.broker_transport_options["ack_emulation"] is False
