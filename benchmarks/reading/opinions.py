"""What other extractors find in a document, to compare with."""

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pdfminer.high_level import extract_text

_SECONDS = 60

Opinion = Callable[[Path], str]


def _told(*command: str) -> str:
    told = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL)
    return told.stdout.decode("utf-8", "replace")


def _pdfminer(path: Path) -> str:
    return extract_text(str(path))


def _poppler(path: Path) -> str:
    return _told("pdftotext", "-enc", "UTF-8", str(path), "-")


def _pandoc(path: Path) -> str:
    kind = {".docx": "docx", ".html": "html", ".md": "gfm"}[path.suffix]
    return _told("pandoc", "-f", kind, "-t", "plain", "--wrap=none", str(path))


def _written(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _named(*several: tuple[str, str, Opinion]) -> Mapping[str, Opinion]:
    """Those whose program is here; one that needs none has an empty name for it."""
    return {name: ask for name, program, ask in several if not program or shutil.which(program)}


_OPINIONS: Mapping[str, Mapping[str, Opinion]] = {
    ".pdf": _named(("pdfminer.six", "", _pdfminer), ("Poppler", "pdftotext", _poppler)),
    ".docx": _named(("pandoc", "pandoc", _pandoc)),
    ".html": _named(("pandoc", "pandoc", _pandoc)),
    ".md": _named(("pandoc", "pandoc", _pandoc), ("as written", "", _written)),
    ".txt": _named(("as written", "", _written)),
}


def opinions(path: Path) -> Mapping[str, Opinion]:
    """The other extractors of a kind of document, by name."""
    return _OPINIONS[path.suffix]


def names() -> Sequence[str]:
    """All extractors that are compared with."""
    return sorted({name for several in _OPINIONS.values() for name in several})
