"""A CRM, asked as its mapping says: values come and go as the CRM writes them, under the names of our fields."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from cci_app.core import clock
from cci_app.core.errors import Conflict, Unavailable
from cci_app.core.outbound.fetch import FetchError, FetchReason, call
from cci_app.core.text import clean
from cci_app.integrations.answers import WriteUncertain, refusal
from cci_app.integrations.crm.mapping import CrmMapping, CrmRequest, CrmWriteRequest, Plain

_SECONDS: Final = 15.0
_MOST_BYTES: Final = 5 * 1024 * 1024
_MOST_RECORDS: Final = 1_000
_LONGEST_ID: Final = 200
_LONGEST_PAGE: Final = 800
_LONGEST_VALUE: Final = 100_000
# From here on a number of a moment counts milliseconds: as seconds it would be in the year 5138.
_MILLISECONDS: Final = 100_000_000_000
_NEVER_SENT: Final = frozenset(
    {FetchReason.NOT_PUBLIC, FetchReason.NOT_HTTPS, FetchReason.INVALID_ADDRESS, FetchReason.NO_SUCH_HOST}
)
_PLACE: Final = re.compile(r"\{(\w+)\}")
_MISSING: Final = object()


class CrmUnreadable(Unavailable):
    """The CRM answered something that is no list of records as its mapping says."""

    code = "crm_unreadable"


@dataclass(frozen=True, slots=True)
class CrmRecord:
    """A record: `raw` has its values as the CRM writes them, by the names of our fields; `key` is what we call it."""

    id: str
    changed_at: datetime
    raw: Mapping[str, Plain]
    key: str | None


@dataclass(frozen=True, slots=True)
class CrmRefusal:
    """A record that cannot be read, and why; None for one that does not say which it is."""

    id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class CrmPage:
    """A page of what changed, each record once, and the name of the next page; None on the last."""

    records: tuple[CrmRecord, ...]
    refused: tuple[CrmRefusal, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class CrmWritten:
    """What was written, as far as the answer tells how the CRM has it now."""

    id: str
    raw: Mapping[str, Plain]
    changed_at: datetime | None


class Crm:
    """Speaks to one account at a CRM. Raises CciError: Unavailable to come again, WriteUncertain where nobody knows."""

    def __init__(
        self,
        name: str,
        base_url: str,
        headers: Mapping[str, str],
        mapping: CrmMapping,
        loopback: bool,
        leads: CrmMapping | None = None,
    ) -> None:
        self.name, self.mapping = name, mapping
        self._base_url, self._headers, self._loopback = base_url.rstrip("/"), dict(headers), loopback
        self._leads = leads

    def for_leads(self) -> "Crm | None":
        """The same account, asked by its mapping for leads; None where it takes none."""
        if self._leads is None:
            return None
        return Crm(self.name, self._base_url, self._headers, self._leads, self._loopback)

    def check(self) -> Iterator[str]:
        """Say what works."""
        if self.mapping.list is not None:
            page = self.changed(clock.now(), None)
            yield f"{self.name} shows what changed: {len(page.records)} records at this moment"
        leads = self.for_leads()
        if leads is not None and leads.mapping.find is None:
            yield f"{self.name} takes leads: nothing is tried before the first, for each try would make one"
        elif leads is not None:
            leads.found("lead 0")
            yield f"{self.name} can be asked for leads"

    def changed(self, since: datetime, page: str | None) -> CrmPage:
        """A page of the records that changed since then."""
        asked = self.mapping.list
        assert asked is not None  # noqa: S101 (a mapping of tasks has it)
        number = page or ("1" if asked.numbered else None)
        told = self._ask(asked, {"since": moment_as(since, asked.since), "page": number}, reads=True)
        records, refused = self._records(told, asked.items)
        following = None
        if asked.numbered:
            following = str(int(number or "1") + 1) if records or refused else None
        elif asked.next is not None:
            following = _page_named(_at(told, asked.next))
        return CrmPage(tuple(records), tuple(refused), following)

    def one(self, record_id: str) -> CrmRecord | None:
        """The record of that id; None where the mapping does not say how to ask, or the answer is none."""
        if self.mapping.one is None:
            return None
        told = self._ask(self.mapping.one, {"id": record_id}, reads=True)
        read = self._record(_at(told, self.mapping.one.record))
        return read if isinstance(read, CrmRecord) else None

    def found(self, key: str) -> list[CrmRecord]:
        """The records that are called so here. The mapping has to say how to find them."""
        assert self.mapping.find is not None  # noqa: S101 (whoever asks looked)
        told = self._ask(self.mapping.find, {"key": key}, reads=True)
        return [record for record in self._records(told, self.mapping.find.items)[0] if record.key == key]

    def create(self, raw: Mapping[str, Plain], key: str) -> CrmWritten:
        """Make a record that is called so here."""
        asked = self.mapping.create
        assert asked is not None  # noqa: S101 (whoever asks looked)
        places = self.mapping.records
        body = self._body(asked, {name: value for name, value in raw.items() if value is not None})
        if places.key is not None:
            _put(body, places.key, key)
        told = self._ask(asked, {}, reads=False, body=body)
        written = self._written(_at(told, asked.record), None, raw)
        if written is None:
            raise WriteUncertain(
                f"{self.name} does not say which record it made: there is no {places.id} in its answer"
            )
        return written

    def update(self, record_id: str, raw: Mapping[str, Plain]) -> CrmWritten:
        """Give a record other values."""
        asked = self.mapping.update
        assert asked is not None  # noqa: S101 (whoever asks looked)
        values = {name: self.mapping.empty if value is None else value for name, value in raw.items()}
        told = self._ask(asked, {"id": record_id}, reads=False, body=self._body(asked, values))
        return self._written(_at(told, asked.record), record_id, raw) or CrmWritten(record_id, raw, None)

    def _body(self, asked: CrmWriteRequest, raw: Mapping[str, Plain]) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(json.dumps(asked.body or {}))
        for path, value in asked.fixed.items():
            _put(body, path, moment_as(clock.now(), "iso") if value == "{now}" else value)
        for pair in self.mapping.fields:
            if pair.ours in raw:
                _put(body, pair.theirs, raw[pair.ours])
        return body

    def _written(self, given: Any, record_id: str | None, raw: Mapping[str, Plain]) -> CrmWritten | None:
        """What was written, with what the answer has of it in place of what was sent."""
        places = self.mapping.records
        named = _id_of(_at(given, places.id)) or record_id
        if named is None:
            return None
        there = {pair.ours: _at(given, pair.theirs) for pair in self.mapping.fields}
        said = {name: _plain(value) for name, value in there.items() if value is not _MISSING and _is_plain(value)}
        return CrmWritten(named, {**raw, **said}, moment_of(_at(given, places.changed_at)))

    def _records(self, told: Any, path: str | None) -> tuple[list[CrmRecord], list[CrmRefusal]]:
        items = told if path is None else _at(told, path)
        if not isinstance(items, list):
            raise CrmUnreadable(f"{self.name}'s answer has no list{f' at {path}' if path else ''}")
        found: dict[str, CrmRecord] = {}
        refused = []
        for read in map(self._record, items[:_MOST_RECORDS]):
            if isinstance(read, CrmRefusal):
                refused.append(read)
            elif read.id not in found or found[read.id].changed_at <= read.changed_at:
                found[read.id] = read
        return list(found.values()), refused

    def _record(self, given: Any) -> CrmRecord | CrmRefusal:
        places = self.mapping.records
        named = _id_of(_at(given, places.id))
        if named is None:
            return CrmRefusal(None, f"{places.id}: a record does not say which it is")
        moment = moment_of(_at(given, places.changed_at))
        if moment is None:
            return CrmRefusal(named, f"{places.changed_at}: is no moment")
        raw: dict[str, Plain] = {}
        for pair in self.mapping.fields:
            value = _at(given, pair.theirs)
            if value is not _MISSING and not _is_plain(value):
                return CrmRefusal(named, f"{pair.theirs}: is no plain value, or too long")
            raw[pair.ours] = None if value is _MISSING else _plain(value)
        key = _at(given, places.key) if places.key is not None else None
        return CrmRecord(named, moment, raw, key if isinstance(key, str) and key else None)

    def _ask(
        self, asked: CrmRequest, names: Mapping[str, str | None], *, reads: bool, body: Mapping[str, Any] | None = None
    ) -> Any:
        """What is answered, as JSON; None where a change was answered with nothing that can be read."""
        path = _PLACE.sub(lambda place: quote(names.get(place[1]) or "", safe=""), asked.path)
        query = {name: text for name, text in _filled(asked.query, names).items() if text is not None}
        content = body if body is not None else _filled(asked.body, names)
        address = f"{self._base_url}{path}{f'?{urlencode(query)}' if query else ''}"
        headers = {"Accept": "application/json", "Content-Type": "application/json", **self._headers}
        try:
            answer = call(
                asked.method,
                address,
                headers=headers,
                content=None if content is None else json.dumps(content).encode(),
                seconds=_SECONDS,
                max_bytes=_MOST_BYTES,
                loopback=self._loopback,
            )
        except FetchError as error:
            if error.reason in _NEVER_SENT:
                raise Conflict(error.message) from None
            raise (Unavailable if reads else WriteUncertain)(error.message) from None
        if 200 <= answer.status < 300:
            return self._read(answer.content, reads)
        said = clean(answer.content.decode("utf-8", "replace"))
        credentials = "the secret of the integration"
        raise refusal(
            self.name, answer.status, said, answer.pause, reads=reads, credentials=credentials, thing="record"
        )

    def _read(self, content: bytes, reads: bool) -> Any:
        try:
            return json.loads(content, parse_constant=_no_number)
        except (ValueError, RecursionError):
            if reads:
                raise CrmUnreadable(f"{self.name}'s answer is no JSON") from None
            return None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _at(given: Any, path: str | None) -> Any:
    """What stands at a path; `_MISSING` for nothing."""
    for step in path.split(".") if path else ():
        if not isinstance(given, dict) or step not in given:
            return _MISSING
        given = given[step]
    return given


def _put(body: dict[str, Any], path: str, value: Any) -> None:
    *steps, last = path.split(".")
    for step in steps:
        body = body.setdefault(step, {})
    body[last] = value


def _filled(value: Any, names: Mapping[str, str | None]) -> Any:
    """The same with its names filled in; what names nothing is left out of what it stands in."""
    if isinstance(value, str):
        if any(names.get(name, "") is None for name in _PLACE.findall(value)):
            return None
        return _PLACE.sub(lambda place: names.get(place[1]) or "", value)
    if isinstance(value, dict):
        filled = {key: _filled(each, names) for key, each in value.items()}
        return {key: each for key, each in filled.items() if each is not None or value[key] is None}
    return [_filled(each, names) for each in value] if isinstance(value, list) else value


def _id_of(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    return text if 0 < len(text) <= _LONGEST_ID and clean(text).strip() == text else None


def _page_named(value: Any) -> str | None:
    if value is _MISSING or value is None or value == "" or value is False:
        return None
    text = str(value)
    if not isinstance(value, str | int) or len(text) > _LONGEST_PAGE:
        raise CrmUnreadable("the next page has no name that can be asked for")
    return text


def _is_plain(value: Any) -> bool:
    return value is None or (isinstance(value, str | int | float | bool) and len(str(value)) <= _LONGEST_VALUE)


def _plain(value: Any) -> Plain:
    plain: Plain = clean(value) if isinstance(value, str) else value
    return plain


def moment_of(value: Any) -> datetime | None:
    """A moment as ISO 8601 or as a number of seconds or milliseconds has it; without a zone it is UTC's."""
    try:
        if isinstance(value, str) and not value.isdecimal():
            moment = datetime.fromisoformat(value.strip())
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        number = float(value)
        return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS else number, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def moment_as(moment: datetime, form: str) -> str:
    """A moment in UTC: `iso`, or a number of `seconds` or `milliseconds`."""
    if form == "iso":
        return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(int(moment.timestamp() * (1000 if form == "milliseconds" else 1)))
