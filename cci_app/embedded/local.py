"""What stays on this machine between two runs, in `.local`."""

import fcntl
import json
import os
import secrets
import shlex
from pathlib import Path
from typing import Self

from cci_app.embedded import processes
from cci_app.embedded.errors import CannotStart


class Local:
    """The folder, held by one run at a time; secrets are made once and kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.credentials = folder / "credentials.env"
        self._file = folder / "secrets.json"
        self._secrets: dict[str, str] = {}
        self._lock = -1

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as problem:
            raise CannotStart(f"{self.folder} cannot be written by this user: {problem.strerror}.") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._lock, 200, 0).decode().strip()
            os.close(self._lock)
            raise CannotStart(f"It already runs in this folder ({holder}): use that one, or stop it first.") from None
        if self._file.exists():
            self._secrets = json.loads(self._file.read_text())
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    def announce(self, address: str) -> None:
        """Tell a second run in this folder where the first one is."""
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, f"process {os.getpid()}, {address}".encode(), 0)

    def subfolder(self, name: str) -> Path:
        """A folder of ours, made where it is missing."""
        path = self.folder / name
        path.mkdir(exist_ok=True)
        return path

    def get(self, name: str) -> str | None:
        """A kept secret."""
        return self._secrets.get(name)

    def keep(self, **values: str) -> None:
        """Keep secrets for the next run."""
        self._secrets |= values
        processes.write_private(self._file, json.dumps(self._secrets, indent=1) + "\n")

    def secret(self, name: str) -> str:
        """A kept secret, random where there was none."""
        if name not in self._secrets:
            self.keep(**{name: secrets.token_urlsafe(32)})
        return self._secrets[name]

    def write_credentials(self, values: dict[str, str]) -> None:
        """Write what a person needs, in a form that a shell reads: `set -a; . .local/credentials.env`."""
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in values.items()]
        processes.write_private(self.credentials, "".join(lines))
