"""How Celery comes back to Redis."""

import uuid
from collections.abc import Iterator

import pytest
import redis
from kombu import Connection, Consumer, Producer, Queue
from kombu.transport.redis import Channel

from celery_tasks import broker
from celery_tasks.app import celery
from celery_tasks.broker import PatientConnection

RUBBISH = [
    b"\xff\xfe",
    b"no message",
    b"[]",
    b"{}",
    b'"a"',
    b'{"properties": {}}',
    b'{"properties": 5}',
    b'{"body": 5, "properties": {"delivery_tag": "1", "body_encoding": "base64"}}',
]


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


class Reader:
    """A queue of its own, read as a worker reads."""

    def __init__(self, address: str) -> None:
        self.name = f"test-{uuid.uuid4().hex[:8]}"
        self.heard: list[object] = []
        self.redis = redis.Redis.from_url(address)
        self.connection = Connection(address)

    def read(self, rubbish: list[bytes]) -> list[object]:
        """What is heard of a message that stands behind the rubbish."""
        channel = self.connection.channel()
        queue = Queue(self.name, routing_key=self.name, channel=channel)
        queue.declare()
        for entry in rubbish:
            self.redis.lpush(self.name, entry)
        Producer(channel).publish({"a": 1}, routing_key=self.name, serializer="json")
        with Consumer(channel, [queue], callbacks=[lambda body, _: self.heard.append(body)], no_ack=True):
            for _ in range(len(rubbish) + 1):
                self.connection.drain_events(timeout=5)
        return self.heard


@pytest.fixture
def reader(addresses: dict[str, str]) -> Iterator[Reader]:
    made = Reader(addresses["redis"])
    yield made
    made.connection.release()
    made.redis.delete(made.name, f"_kombu.binding.{made.name}")
    made.redis.close()


def test_rubbish_in_a_queue_is_dropped_and_what_follows_is_done(reader: Reader) -> None:
    assert reader.read(RUBBISH) == [{"a": 1}]


@pytest.mark.parametrize("entry", RUBBISH)
def test_without_our_way_each_would_end_the_worker(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, entry: bytes
) -> None:
    monkeypatch.setattr(Channel, "_brpop_read", broker._read)
    with pytest.raises((ValueError, LookupError, TypeError, AttributeError)):
        reader.read([entry])
