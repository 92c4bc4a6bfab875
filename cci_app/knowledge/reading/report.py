"""A report of a reading as JSON: what the reading program hands over, and what stays with the document."""

from collections.abc import Mapping
from typing import Any

from cci_app.knowledge.reading.document import Caution, Omission, Report


def written(report: Report | None) -> dict[str, Any] | None:
    """`{"words", "readers": {name: pages}, "odd", "left_out": {what: count}, "cautions": {what: pages}}`."""
    if report is None:
        return None
    return {
        "words": report.words,
        "readers": dict(report.readers),
        "odd": report.odd,
        "left_out": {what.value: count for what, count in report.left_out.items()},
        "cautions": {what.value: list(pages) for what, pages in report.cautions.items()},
    }


def report_of(kept: Mapping[str, Any] | None) -> Report | None:
    """The report that `written` made that of; None for a document that was read before there were any."""
    if kept is None:
        return None
    return Report(
        kept["words"],
        kept["readers"],
        kept["odd"],
        {Omission(what): count for what, count in kept["left_out"].items()},
        {Caution(what): tuple(pages) for what, pages in kept["cautions"].items()},
    )
