"""Whole bodies and whole requests that no careful client sends."""

import gzip
from typing import Any

from tests.fakes.wire import Attempt

JSON = b"application/json"
_MESSAGE = b'{"user_id": "fuzz:body", "message": "hola"}'

# What a field may hold instead of a text.
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 1.5, 1e308, 2**31, 2**63, 2**64, 10**30, -(10**400)),
    *([], {}, [[]], [None], {"": None}, ["a"] * 1000, {"$gt": ""}, {"type": "image"}, [{"type": "image"}]),
)


def _nested(depth: int, opening: bytes, closing: bytes) -> bytes:
    return opening * depth + b"1" + closing * depth


BODIES: tuple[tuple[str, bytes, bytes], ...] = (
    ("empty", JSON, b""),
    ("spaces", JSON, b" \n\t "),
    ("null", JSON, b"null"),
    ("text", JSON, b'"hola"'),
    ("number", JSON, b"12"),
    ("list", JSON, b"[]"),
    ("list of messages", JSON, b"[" + _MESSAGE + b"]"),
    ("cut off", JSON, _MESSAGE[:-5]),
    ("two values", JSON, _MESSAGE + _MESSAGE),
    ("trailing comma", JSON, b'{"user_id": "fuzz:body", "message": "hola",}'),
    ("comment", JSON, b"/* hola */" + _MESSAGE),
    ("single quotes", JSON, b"{'user_id': 'fuzz:body', 'message': 'hola'}"),
    ("same key twice", JSON, b'{"user_id": "fuzz:body", "message": "a", "message": "b", "message": null}'),
    ("NaN", JSON, b'{"user_id": "fuzz:body", "message": NaN}'),
    ("Infinity", JSON, b'{"user_id": "fuzz:body", "message": "a", "x": -Infinity}'),
    ("huge exponent", JSON, b'{"user_id": "fuzz:body", "message": "a", "x": 1e999999999}'),
    ("5,000 digits", JSON, b'{"user_id": "fuzz:body", "message": "a", "x": ' + b"9" * 5000 + b"}"),
    ("500,000 digits", JSON, b'{"x": ' + b"9" * 500_000 + b"}"),
    ("33 deep", JSON, _nested(33, b"[", b"]")),
    ("100,000 deep", JSON, b"[" * 100_000),
    ("200,000 objects deep", JSON, _nested(150_000, b'{"":', b"}")),
    ("brackets in a text", JSON, b'{"user_id": "fuzz:body", "message": "' + b"[{" * 2000 + b'"}'),
    ("backslashes", JSON, b'{"message": "' + b"\\" * 100_001),
    ("lone surrogate in a key", JSON, b'{"user_id": "fuzz:body", "message": "a", "\\ud800": "\\udfff"}'),
    ("NUL in a key", JSON, b'{"user_id": "fuzz:body", "message": "a", "\\u0000": "\\u0000"}'),
    ("raw NUL", JSON, b'{"user_id": "fuzz:body", "message": "a\x00b"}'),
    ("raw controls", JSON, b'{"user_id": "fuzz:body", "message": "a\x01\x1f\nb"}'),
    ("invalid UTF-8", JSON, b'{"user_id": "fuzz:body", "message": "\xff\xfe\x80"}'),
    ("overlong UTF-8", JSON, b'{"user_id": "fuzz:body", "message": "\xc0\xaf"}'),
    ("encoded surrogate", JSON, b'{"user_id": "fuzz:body", "message": "\xed\xa0\x80"}'),
    ("Latin-1", JSON + b"; charset=latin-1", '{"user_id": "fuzz:body", "message": "é"}'.encode("latin-1")),
    ("unknown charset", JSON + b"; charset=no-such", _MESSAGE),
    ("BOM", JSON, b"\xef\xbb\xbf" + _MESSAGE),
    ("UTF-16", JSON, _MESSAGE.decode().encode("utf-16")),
    ("UTF-32", JSON, _MESSAGE.decode().encode("utf-32")),
    ("100,000 keys", JSON, b"{" + b",".join(b'"k%d":1' % n for n in range(60_000)) + b"}"),
    ("1 MB less one", JSON, b'{"user_id": "fuzz:body", "message": "' + b"x" * (1_048_575 - 40) + b'"}'),
    ("1 MB and one", JSON, b'{"user_id": "fuzz:body", "message": "' + b"x" * 1_048_576 + b'"}'),
    ("12 MB", JSON, b'"' + b"x" * 12_000_000 + b'"'),
    ("plain text", b"text/plain", _MESSAGE),
    ("form", b"application/x-www-form-urlencoded", b"user_id=fuzz:body&message=hola&\x00=%00&%ff"),
    ("form of 5,000 fields", b"application/x-www-form-urlencoded", b"&".join(b"a%d=b" % n for n in range(5000))),
    ("XML", b"application/xml", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'),
    ("no boundary", b"multipart/form-data", b"--x\r\n\r\n--x--"),
    ("odd boundary", b'multipart/form-data; boundary="\xff\x00"', b"--\xff\r\n\r\n--\xff--"),
    ("open part", b"multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n'),
    ("part without a name", b"multipart/form-data; boundary=x", b"--x\r\nA: b\r\n\r\nc\r\n--x--\r\n"),
    ("5,000 parts", b"multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' * 5000 + b"--x--\r\n"),  # noqa: E501
    ("gzip", JSON, gzip.compress(_MESSAGE)),
    ("no type", b"", _MESSAGE),
    ("type of 10,000 letters", b"a" * 5000 + b"/" + b"b" * 1000, _MESSAGE),
    ("broken type", b"/;=;charset=\xff", _MESSAGE),
    ("type with +json", b"application/vnd.x+json", _MESSAGE),
)  # fmt: skip


def _in_chunks(start: bytes, length: bytes) -> dict[str, bytes]:
    start += b"Transfer-Encoding: chunked"
    body = b"%x\r\n%s\r\n" % (len(_MESSAGE), _MESSAGE)
    return {
        "chunked": start + b"\r\n\r\n" + body + b"0\r\n\r\n",
        "chunked, 3 MB": start + b"\r\n\r\n" + b"10000\r\n%s\r\n" % (b" " * 65536) * 48 + b"0\r\n\r\n",
        "chunked, 2 MB at once": start + b"\r\n\r\n200000\r\n%s\r\n0\r\n\r\n" % (b" " * 0x200000),
        "chunked, 4 GB announced": start + b"\r\n\r\nffffffff\r\n" + _MESSAGE,
        "chunked, size of 5,000 digits": start + b"\r\n\r\n" + b"f" * 5000 + b"\r\n" + _MESSAGE,
        "chunked, cut off": start + b"\r\n\r\n" + body,
        "chunked, bad size": start + b"\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        "chunked, negative size": start + b"\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
        "chunked and a length": start + b"\r\n" + length + b"\r\n" + body + b"0\r\n\r\n",
        "chunked twice": start + b", chunked\r\n\r\n" + body + b"0\r\n\r\n",
    }


def requests(key: str) -> list[Attempt]:
    """Requests that are broken on the level of HTTP; the server may answer or hang up, but not fail."""
    start = b"POST /api/v1/whatsapp/message HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: " + key.encode()
    start += b"\r\nContent-Type: application/json\r\n"
    length = b"Content-Length: %d\r\n" % len(_MESSAGE)
    raw = {
        **_in_chunks(start, length),
        "unknown transfer": start + b"Transfer-Encoding: no-such\r\n\r\n" + _MESSAGE,
        "no length": start + b"\r\n" + _MESSAGE,
        "body too short": start + b"Content-Length: 500\r\n\r\n" + _MESSAGE,
        "body too long": start + b"Content-Length: 5\r\n\r\n" + _MESSAGE,
        "negative length": start + b"Content-Length: -1\r\n\r\n" + _MESSAGE,
        "two lengths": start + length + b"Content-Length: 3\r\n\r\n" + _MESSAGE,
        "length in words": start + b"Content-Length: many\r\n\r\n" + _MESSAGE,
        "huge length": start + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n" + _MESSAGE,
        "100-continue": start + length + b"Expect: 100-continue\r\n\r\n" + _MESSAGE,
        "unknown expectation": start + length + b"Expect: a miracle\r\n\r\n" + _MESSAGE,
        "NUL in a header": start + b"X-A: a\x00b\r\n\r\n",
        "header without a name": start + b": a\r\n\r\n",
        "folded header": start + b"X-A: a\r\n b\r\n\r\n",
        "header of 100,000 bytes": start + b"X-A: " + b"a" * 100_000 + b"\r\n\r\n",
        "500 headers": start + b"".join(b"X-%d: a\r\n" % n for n in range(500)) + b"\r\n",
        "the same header twice": start + length + b"Idempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n" + _MESSAGE,
        "path of 100,000 bytes": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        "path with raw bytes": b"GET /api/v1/users/\xff\x00\x80/status HTTP/1.1\r\nHost: x\r\n\r\n",
        "path with spaces": b"GET /a b c HTTP/1.1\r\nHost: x\r\n\r\n",
        "path upwards": b"GET /docs/static/../../../settings.py HTTP/1.1\r\nHost: x\r\n\r\n",
        "path upwards, encoded": b"GET /docs/static/%2e%2e/%2e%2e/api.py HTTP/1.1\r\nHost: x\r\n\r\n",
        "whole address": b"GET http://127.0.0.1:1/health HTTP/1.1\r\nHost: x\r\n\r\n",
        "asterisk": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        "CONNECT": b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n",
        "small method": b"get /health HTTP/1.1\r\nHost: x\r\n\r\n",
        "odd host": b"GET /health HTTP/1.1\r\nHost: a b<>:99999999\r\n\r\n",
        "no host": b"GET /health HTTP/1.1\r\n\r\n",
        "HTTP/0.9": b"GET /health\r\n\r\n",
        "HTTP/1.0": b"GET /health HTTP/1.0\r\n\r\n",
        "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "HTTP/9.9": b"GET /health HTTP/9.9\r\nHost: x\r\n\r\n",
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 32,
        "noise": bytes(range(256)) * 8,
        "nothing": b"",
        "blank lines": b"\r\n" * 100 + b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n",
        "upgrade": b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    }  # fmt: skip
    # RFC 9112, 6.1: "A server that receives a request message with a transfer coding it does not understand SHOULD
    # respond with 501".
    right = {"unknown transfer": 501}
    return [
        Attempt(what=f"HTTP: {name}", method="POST", raw=request, may_be_dropped=True, right=right.get(name, 0))
        for name, request in raw.items()
    ]
