"""A document from outside, read by a process with limits: none can exhaust or end the one that asks."""

import json
from pathlib import Path

import structlog

from cci_app.core.sandbox import Allowance, Exceeded, Excess, run
from cci_app.knowledge.reading.document import Document, Reason, Section, UnreadableDocument
from cci_app.knowledge.reading.kinds import DocumentKind
from cci_app.knowledge.reading.report import report_of

log = structlog.get_logger(__name__)

_READER = Path(__file__).with_name("program.py")
# As much as the longest document that is taken may be written as, were each of its characters an escape.
ALLOWED = Allowance(seconds=50.0, processor_seconds=45, memory_bytes=448 * 1024 * 1024, output_bytes=80 * 1024 * 1024)
_REASONS = {
    Excess.TIME: Reason.TOO_SLOW,
    Excess.PROCESSOR_TIME: Reason.TOO_SLOW,
    Excess.MEMORY: Reason.TOO_COMPLEX,
    Excess.OUTPUT: Reason.TOO_COMPLEX,
    Excess.CRASH: Reason.TOO_COMPLEX,
    Excess.FAULT: Reason.READER_FAILED,
}


def read(name: str, data: bytes, kind: DocumentKind) -> Document:
    """What `extraction.extract` finds. Raises UnreadableDocument, for what exceeds the limits too."""
    try:
        found = json.loads(run(_READER, [name, kind.value], data, ALLOWED))
    except Exceeded as ended:
        if ended.excess is Excess.FAULT:
            log.error("document_reader_failed", code=ended.code, error=ended.error)
        raise UnreadableDocument(_REASONS[ended.excess]) from ended
    if "error" in found:
        raise UnreadableDocument(Reason(found["error"]))
    sections = tuple(Section(text, heading, page) for text, heading, page in found["sections"])
    return Document(found["title"], sections, found["pages"], tuple(found["links"]), report_of(found["report"]))
