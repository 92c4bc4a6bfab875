"""A document from outside, read by a process with limits: none can exhaust or end the one that asks."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import structlog

from cci_app.knowledge.reading.document import Document, Reason, Section, UnreadableDocument
from cci_app.knowledge.reading.kinds import DocumentKind
from cci_app.knowledge.reading.report import report_of

log = structlog.get_logger(__name__)

_READER = Path(__file__).with_name("program.py")
SECONDS = 50.0


def read(name: str, data: bytes, kind: DocumentKind) -> Document:
    """What `extraction.extract` finds. Raises UnreadableDocument, for what exceeds the limits too."""
    try:
        # Our own program, by our own interpreter; what is untrusted is its standard input.
        reader = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(_READER), name, kind.value],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            env={"LANG": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableDocument(Reason.TOO_SLOW) from error
    if reader.returncode != 0:
        raise UnreadableDocument(_end(reader.returncode, reader.stderr.decode("utf-8", "replace")))
    found = json.loads(reader.stdout)
    if "error" in found:
        raise UnreadableDocument(Reason(found["error"]))
    sections = tuple(Section(text, heading, page) for text, heading, page in found["sections"])
    return Document(found["title"], sections, found["pages"], tuple(found["links"]), report_of(found["report"]))


def _end(code: int, told: str) -> Reason:
    """Why the program ended without a word: by a limit, by a library that took it along, or by a fault of its own."""
    if code == -signal.SIGXCPU:
        return Reason.TOO_SLOW
    if code < 0 or "MemoryError" in told:
        return Reason.TOO_COMPLEX
    # The last line names the exception; what is above it may quote the document.
    log.error("document_reader_failed", code=code, error=told.strip().rpartition("\n")[2].partition(":")[0][:100])
    return Reason.READER_FAILED
