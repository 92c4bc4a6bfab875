"""A folder of this machine, or one that is mounted there."""

import os
import shutil
import tempfile
from pathlib import Path

from cci_app.core.errors import Unavailable
from cci_app.integrations.errors import DeliveryFailed
from cci_app.integrations.names import mended
from cci_app.integrations.ports import Parcel, Progress

_READABLE = 0o644


class Folder:
    """Exports under their own names in `EXPORT_FOLDER`; one takes the place of an earlier one with its name."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def deliver(self, parcel: Parcel, progress: Progress) -> str | None:
        """See Destination. Who looks into the folder sees the old file or the new one, never a part."""
        progress.step(f"writing to {self._root}")
        target = self._root / mended(parcel.name)
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            _write(parcel.path, target)
        except (PermissionError, FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise DeliveryFailed(f"EXPORT_FOLDER: {target} cannot be written ({error.strerror})") from error
        except OSError as error:
            raise Unavailable(f"EXPORT_FOLDER: {target} cannot be written at present ({error.strerror})") from error
        progress.advance(parcel.size, parcel.size)
        return target.absolute().as_uri()


def _write(source: Path, target: Path) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file, source.open("rb") as content:
            shutil.copyfileobj(content, file)
            file.flush()
            os.fchmod(file.fileno(), _READABLE)
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    # The new name has to survive a power cut as well as the content.
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
