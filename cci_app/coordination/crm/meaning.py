"""What a record's values mean as a task's, and a task's as a record's."""

from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from html import escape
from typing import Any, Final

from cci_app.coordination.models import LONGEST_NAME, LONGEST_TEXT, MOST_HOURS, ProjectTask
from cci_app.core.errors import InvalidInput
from cci_app.core.text import clean
from cci_app.integrations.crm.mapping import CrmFieldPair, CrmMapping, Plain, plainly_said
from cci_app.integrations.crm.service import moment_as, moment_of

_DAYS: Final = frozenset({"start_date", "due_date"})
_YEARS: Final = range(1990, 2200)
_NOON: Final = time(12)
_BLOCKS: Final = ("p", "div", "li", "ul", "ol", "tr", "h1", "h2", "h3", "h4", "blockquote")


class ValueUnclear(InvalidInput):
    """A value of a record means nothing as a task's; the message names where it stands."""

    code = "record_unclear"


def of_record(mapping: CrmMapping, raw: Mapping[str, Plain], zone: tzinfo) -> dict[str, Any]:
    """What of a record comes in, as `of_task` has it; a field of which it says nothing is left out.

    Raises ValueUnclear.
    """
    values = {}
    for pair in mapping.fields:
        if not pair.comes_in:
            continue
        value = _read(pair, raw.get(pair.ours), zone)
        if value is None and pair.ours not in {*_DAYS, "estimate_hours"}:
            if pair.required:
                raise ValueUnclear(f"{pair.theirs}: is empty, and has to be there")
            continue
        values[pair.ours] = value
    return values


def of_task(mapping: CrmMapping, task: ProjectTask) -> dict[str, Any]:
    """The fields that the mapping speaks of, as JSON has them."""
    values = {}
    for pair in mapping.fields:
        value = getattr(task, pair.ours)
        if isinstance(value, date):
            value = value.isoformat()
        values[pair.ours] = float(value) if isinstance(value, Decimal) else value
    return values


def typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same as a task's row takes it."""
    found = dict(values)
    for name in _DAYS & found.keys():
        found[name] = date.fromisoformat(found[name]) if found[name] else None
    if found.get("estimate_hours") is not None:
        found["estimate_hours"] = Decimal(str(found["estimate_hours"]))
    return found


def as_raw(
    mapping: CrmMapping, values: Mapping[str, Any], current: Mapping[str, Plain], zone: tzinfo
) -> dict[str, Plain]:
    """What has to be written so that a record means `values`: nothing of what it means already."""
    written = {}
    for pair in mapping.fields:
        if pair.goes_out and pair.ours in values and not _means(pair, current, values[pair.ours], zone):
            written[pair.ours] = _write(pair, values[pair.ours], zone)
    return written


def _means(pair: CrmFieldPair, current: Mapping[str, Plain], value: Any, zone: tzinfo) -> bool:
    if pair.ours not in current:
        return False
    try:
        read = _read(pair, current[pair.ours], zone)
    except ValueUnclear:
        return False
    return bool(read == value) or (read is None and value == "")


def _read(pair: CrmFieldPair, raw: Plain, zone: tzinfo) -> Any:
    """A value as a task has it; None for none."""
    if pair.means is not None:
        meaning = pair.means.get(plainly_said(raw))
        if meaning is None and raw is not None and raw != "":
            raise ValueUnclear(f"{pair.theirs}: {plainly_said(raw)[:60]} means nothing here")
        return meaning
    if raw is None or raw == "":
        return "" if pair.ours == "description" else None
    if pair.ours in _DAYS:
        return _day(pair, raw, zone)
    if pair.kind == "number":
        return _hours(pair, raw)
    text = _text_of(str(raw)) if pair.kind == "html" else clean(str(raw))
    if pair.ours == "title":
        return " ".join(text.split())[:LONGEST_NAME] or None
    return text[:LONGEST_TEXT]


def _day(pair: CrmFieldPair, raw: Plain, zone: tzinfo) -> str:
    try:
        if pair.kind == "date" and isinstance(raw, str):
            found: date | None = date.fromisoformat(raw.strip()[:10])
        else:
            moment = moment_of(raw)
            found = moment.astimezone(zone).date() if moment is not None else None
    except (ValueError, OverflowError):
        found = None
    if found is None or found.year not in _YEARS:
        raise ValueUnclear(f"{pair.theirs}: {plainly_said(raw)[:60]} is no day")
    return found.isoformat()


def _hours(pair: CrmFieldPair, raw: Plain) -> float:
    try:
        hours = Decimal(str(raw)).quantize(Decimal("0.01"))
        if not isinstance(raw, bool) and 0 <= hours <= MOST_HOURS:
            return float(hours)
    except InvalidOperation:
        # As "soon", or what is no number at all ("nan").
        pass
    raise ValueUnclear(f"{pair.theirs}: {plainly_said(raw)[:60]} is no number of hours")


def _write(pair: CrmFieldPair, value: Any, zone: tzinfo) -> Plain:
    if pair.write is not None:
        return pair.write[value]
    if value is None or value == "":
        return None
    if pair.kind == "moment":
        return moment_as(datetime.combine(date.fromisoformat(value), _NOON, zone), "iso")
    if pair.kind == "html":
        return escape(value, quote=False).replace("\n", "<br>")
    plain: Plain = value
    return plain


def _text_of(html: str) -> str:
    """The words of a piece of HTML, each paragraph on a line of its own."""
    # 8 MB of the web's processes, in which no record is read.
    from lxml.etree import LxmlError
    from lxml.html import HTMLParser, document_fromstring

    try:
        page = document_fromstring(f"<div>{html}</div>", parser=HTMLParser(no_network=True))
    except (LxmlError, ValueError, AssertionError):
        return clean(html)
    for line in page.iter("br"):
        line.tail = f"\n{line.tail or ''}"
    for block in page.iter(*_BLOCKS):
        block.tail = f"\n{block.tail or ''}"
    lines = (" ".join(line.split()) for line in clean(page.text_content()).splitlines())
    return "\n".join(lines).strip()
