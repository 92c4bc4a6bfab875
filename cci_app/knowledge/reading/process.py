"""A document from outside, read by a process with limits: none can exhaust or end the one that asks."""

import json
import subprocess
import sys
from pathlib import Path

from cci_app.knowledge.reading.document import Document, Reason, Section, UnreadableDocument
from cci_app.knowledge.reading.kinds import Kind

_READER = Path(__file__).with_name("program.py")
SECONDS = 50.0


def read(name: str, data: bytes, kind: Kind) -> Document:
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
        # It was ended by a limit, or by a library that takes its process with it.
        raise UnreadableDocument(Reason.TOO_COMPLEX)
    found = json.loads(reader.stdout)
    if "error" in found:
        raise UnreadableDocument(Reason(found["error"]))
    sections = tuple(Section(text, heading, page) for text, heading, page in found["sections"])
    return Document(found["title"], sections, found["pages"], tuple(found["links"]))
