"""The embedded servers keep their data and their address, whatever happened to the run before."""

import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import redis as redis_client
import sqlalchemy as sa

from cci_app.embedded import EmbeddedPostgres, EmbeddedRedis, place, processes


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that the user of PostgreSQL can reach too, also when the tests run as root."""
    root = Path(tempfile.mkdtemp(prefix="cci test ", dir="/tmp"))
    root.chmod(0o755)
    monkeypatch.setattr(place, "SHARED", root / "shared")
    yield root / "state"
    shutil.rmtree(root)


def ask(postgres: EmbeddedPostgres, *statements: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(postgres.superuser_url())) as connection, connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_postgres_recovers_from_a_kill(folder: Path) -> None:
    first = EmbeddedPostgres(folder).start()
    ask(first, "CREATE TABLE kept AS SELECT 7 AS number")
    assert first.process is not None
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()

    with EmbeddedPostgres(folder) as second:
        assert ask(second, "SELECT number FROM kept") == [(7,)]
        # The port is another where somebody took it meanwhile.
        before, after = (sa.make_url(each.superuser_url()) for each in (first, second))
        assert after.set(port=None) == before.set(port=None)


def test_postgres_that_still_runs_gives_way_to_the_next_run(folder: Path) -> None:
    first = EmbeddedPostgres(folder).start()
    ask(first, "CREATE TABLE kept AS SELECT 7 AS number")

    with EmbeddedPostgres(folder) as second:
        assert first.process is not None
        assert first.process.wait(10) == 0
        assert ask(second, "SELECT number FROM kept") == [(7,)]


def test_postgres_does_not_take_a_strangers_process_for_its_own(folder: Path) -> None:
    with EmbeddedPostgres(folder) as first:
        data = first.superuser_url()
        assert first.process is not None
    stranger = processes.spawn(["sleep", "60"])
    try:
        [note.joinpath("postmaster.pid").write_text(f"{stranger.pid}\n") for note in folder.parent.rglob("data")]
        with EmbeddedPostgres(folder) as second:
            assert second.superuser_url() == data
        assert stranger.poll() is None
    finally:
        processes.stop(stranger)


def test_postgres_takes_another_port_when_its_own_is_taken(folder: Path) -> None:
    with EmbeddedPostgres(folder) as first:
        port = first.port
    with closing(socket.socket()) as other:
        other.bind((processes.LOOPBACK, port))
        other.listen()
        with EmbeddedPostgres(folder) as second:
            assert second.port != port
            assert ask(second, "SELECT 1") == [(1,)]


def test_postgres_asks_for_the_password(folder: Path) -> None:
    with (
        EmbeddedPostgres(folder, durable=False) as postgres,
        pytest.raises(psycopg2.OperationalError, match="password authentication failed"),
    ):
        psycopg2.connect(postgres.superuser_url().replace(postgres.password, "guess"))


def test_thrown_away_data_leaves_nothing(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as postgres:
        ask(postgres, "CREATE EXTENSION vector")
    assert not list(folder.parent.rglob("PG_VERSION"))


def test_redis_recovers_from_a_kill(folder: Path) -> None:
    first = EmbeddedRedis(folder).start()
    with closing(redis_client.Redis.from_url(first.url)) as client:
        client.set("kept", "7")
        client.config_set("appendfsync", "always")
        client.set("fresh", "8")
    assert first.process is not None
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()

    with EmbeddedRedis(folder) as second, closing(redis_client.Redis.from_url(second.url)) as client:
        assert second.url == first.url
        assert client.mget("kept", "fresh") == [b"7", b"8"]


def test_redis_asks_for_the_password(folder: Path) -> None:
    with (
        EmbeddedRedis(folder, durable=False) as redis,
        closing(redis_client.Redis(port=redis.port)) as client,
        pytest.raises(redis_client.AuthenticationError),
    ):
        client.ping()
