"""Every way into the API, read from its own description: one request per place and hostile value."""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from tests.fakes.hostile_bodies import BODIES, VALUES
from tests.fakes.wire import Attempt

# Headers that the product, its framework or its server reads.
HEADERS = (
    *("X-API-Key", "Authorization", "X-Request-ID", "Idempotency-Key", "Accept", "Accept-Language", "Accept-Encoding"),
    *("Content-Type", "Cookie", "Origin", "Range", "If-None-Match", "If-Modified-Since", "X-Forwarded-For"),
    *("X-Forwarded-Host", "X-HTTP-Method-Override", "Forwarded", "User-Agent"),
)
METHODS = ("HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "PROPFIND", "x" * 20)


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation."""

    name: str
    method: str
    path: str
    parameters: tuple[dict[str, Any], ...]
    body: dict[str, Any]
    statuses: frozenset[int]


def operations(description: dict[str, Any]) -> list[Operation]:
    """The operations of an OpenAPI document."""
    return [
        Operation(
            name=operation["operationId"],
            method=method.upper(),
            path=path,
            parameters=(*item.get("parameters", ()), *operation.get("parameters", ())),
            body=operation.get("requestBody", {}).get("content", {}),
            statuses=frozenset(int(status) for status in operation["responses"]),
        )
        for path, item in description["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    ]


class EntryPoints:
    """All attempts against the API with `texts`, on behalf of the holder of `key`."""

    def __init__(self, description: dict[str, Any], key: str, texts: Sequence[str]) -> None:
        self._description = description
        self._key = key.encode()
        self._texts = texts
        self._numbers = itertools.count()
        self.operations = operations(description)

    def attempts(self) -> Iterator[Attempt]:
        """One request after the other, in the same order each time."""
        for number, operation in enumerate(self.operations):
            yield from self._parameters(operation)
            yield from self._headers(operation, self._texts[number :: len(self.operations)])
            yield from self._bodies(operation)
            if "application/json" in operation.body:
                yield from self._fields(operation)
            if "multipart/form-data" in operation.body:
                yield from self._uploads(operation)
            for method in METHODS:
                yield self._attempt(operation, f"method {method[:9]}", method=method, documented=False)

    def _parameters(self, operation: Operation) -> Iterator[Attempt]:
        for parameter in operation.parameters:
            name, place = parameter["name"], parameter["in"]
            for text in self._texts:
                what = f"{place} {name}"
                if place == "path":
                    attempt = self._attempt(operation, what, path={name: text})
                    # With nothing in that place, or a word that the API has there, the address is another operation's.
                    others = not text or attempt.target in self._description["paths"]
                    yield replace(attempt, operation=None) if others else attempt
                elif place == "query":
                    yield self._attempt(operation, what, query=f"{quote(name)}={_quoted(text)}")
                else:
                    yield self._attempt(operation, what, headers=((name, _for_header(text)),))
        for text in self._texts:
            yield self._attempt(operation, "query string", query=_quoted(text, safe="=&"))

    def _headers(self, operation: Operation, texts: Sequence[str]) -> Iterator[Attempt]:
        for header in HEADERS:
            for text in texts:
                yield self._attempt(operation, f"header {header}", headers=((header, _for_header(text)),))

    def _bodies(self, operation: Operation) -> Iterator[Attempt]:
        for name, content_type, body in BODIES:
            headers = (("Content-Type", content_type),)
            yield self._attempt(operation, f"body: {name}", headers=headers, body=body)

    def _fields(self, operation: Operation) -> Iterator[Attempt]:
        content = operation.body["application/json"]
        example = content["example"]
        for field in self._paths_of(content["schema"]):
            for value in (*self._texts, *VALUES):
                yield self._json(operation, f"field {'.'.join(field)}", _with(example, field, value))
        for text in self._texts:
            yield self._json(operation, "field with any name", {**example, text: text})
            yield self._json(operation, "key inside a field", {**example, "media": {"type": "image", text: [text]}})

    def _uploads(self, operation: Operation) -> Iterator[Attempt]:
        properties = operation.body["multipart/form-data"]["schema"]["properties"]
        (name,) = (name for name, field in properties.items() if field.get("format") == "binary")
        for text in self._texts:
            hostile = text.encode("utf-8", "surrogatepass")
            uploads = {
                "part's name": _upload(hostile),
                "file's name": _upload(name.encode(), filename=hostile),
                "file": _upload(name.encode(), content=hostile),
            }
            if len(text) < 10:  # each of these is opened by a process of its own
                uploads["damaged file"] = _upload(name.encode(), content=b"PK\x03\x04" + hostile)
            for what, body in uploads.items():
                query = "dry_run=true" if what == "damaged file" else ""
                yield self._attempt(operation, f"upload: {what}", headers=_MULTIPART, body=body, query=query)

    def _json(self, operation: Operation, what: str, value: Any) -> Attempt:
        if isinstance(value, dict) and "user_id" in value and what != "field user_id":
            value = {**value, "user_id": f"fuzz:{next(self._numbers)}"}  # people wait for their own turn only
        headers = (("Content-Type", b"application/json"),)
        return self._attempt(operation, what, headers=headers, body=json.dumps(value).encode())

    def _paths_of(self, schema: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        if "$ref" in schema:
            schema = self._description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        found: dict[tuple[str, ...], None] = {}
        for part in (schema, *schema.get("allOf", ()), *schema.get("oneOf", ())):
            for name, field in part.get("properties", {}).items():
                found[(*above, name)] = None
                found.update(dict.fromkeys(self._paths_of(field, (*above, name))))
            if part is not schema:
                found.update(dict.fromkeys(self._paths_of(part, above)))
        return list(found)

    def _attempt(
        self,
        operation: Operation,
        what: str,
        *,
        method: str | None = None,
        path: dict[str, str] | None = None,
        query: str = "",
        headers: tuple[tuple[str, bytes], ...] = (),
        body: bytes | None = None,
        documented: bool = True,
    ) -> Attempt:
        target = operation.path
        for parameter in operation.parameters:
            if parameter["in"] == "path":
                value = (path or {}).get(parameter["name"], parameter["example"])
                target = target.replace(f"{{{parameter['name']}}}", _quoted(str(value)))
        if body is None and operation.body and method is None and "application/json" in operation.body:
            example = operation.body["application/json"]["example"]
            own = {"user_id": f"fuzz:{next(self._numbers)}"} if "user_id" in example else {}
            body = json.dumps(example | own).encode()
            headers = (("Content-Type", b"application/json"), *headers)
        if body is None and "multipart/form-data" in operation.body and method is None:
            body, headers = _upload(b"file"), (*_MULTIPART, *headers)
        known = {name.lower() for name, _ in headers}
        if "x-api-key" not in known and "authorization" not in known:
            headers = (("X-API-Key", self._key), *headers)
        return Attempt(
            what=f"{operation.name}: {what}",
            method=method or operation.method,
            target=f"{target}?{query}" if query else target,
            headers=headers,
            body=body,
            operation=operation.name if documented else None,
        )


_MULTIPART = (("Content-Type", b"multipart/form-data; boundary=limit"),)


def _upload(part: bytes, *, filename: bytes = b"contacts.xlsx", content: bytes = b"hola") -> bytes:
    """A form with one file; the default content is no workbook, so that no job is made of it."""
    disposition = b'Content-Disposition: form-data; name="%s"; filename="%s"' % (part, filename)
    return b"--limit\r\n" + disposition + b"\r\n\r\n" + content + b"\r\n--limit--\r\n"


def _quoted(text: str, safe: str = "") -> str:
    """Percent-encoded; a lone surrogate becomes bytes that are no UTF-8."""
    return quote(text.encode("utf-8", "surrogatepass"), safe=safe)


def _for_header(text: str) -> bytes:
    """As near to `text` as one header line can be."""
    return text.encode("utf-8", "surrogatepass").replace(b"\r\n", b"\r\n ").replace(b"\n", b"\n ")


def _with(example: dict[str, Any], field: tuple[str, ...], value: Any) -> dict[str, Any]:
    name, *rest = field
    if not rest:
        return {**example, name: value}
    inner = example.get(name, {"type": "image"})
    return {**example, name: _with(inner, tuple(rest), value)}
