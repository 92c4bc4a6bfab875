"""Where something is to be found: every table, every key of Redis, every file, looked through for some words."""

import base64
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import redis

Rows = Callable[..., list[dict[str, Any]]]


def traces(rows: Rows, redis_url: str, folder: Path, words: Sequence[str]) -> Counter[str]:
    """How often one of the words, which are ASCII, stands in each place; only places where one does."""
    found: Counter[str] = Counter()
    for table in tables(rows):
        columns = rows(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = :table",
            table=table,
        )
        for column in columns:
            name, kind = column["column_name"], column["data_type"]
            text = f"encode(\"{name}\", 'escape')" if kind == "bytea" else f'"{name}"::text'
            (count,) = rows(
                f'SELECT count(*) AS found FROM "{table}" WHERE {text} ILIKE ANY(:words)',
                words=[f"%{word}%" for word in words],
            )
            found[f"table {table}.{name}"] += count["found"]
    for where, content in (*_kept_in_redis(redis_url), *_kept_in_files(folder)):
        found[where] += sum(content.lower().count(word.lower().encode()) for word in words)
    return +found


def tables(rows: Rows) -> list[str]:
    """Every table of the schema, views left out."""
    found = rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    return sorted(row["table_name"] for row in found)


def _kept_in_redis(url: str) -> Iterator[tuple[str, bytes]]:
    raw = redis.Redis.from_url(url)
    readers: dict[Any, Callable[[bytes], Any]] = {
        b"string": raw.get,
        b"hash": raw.hgetall,
        b"list": lambda key: raw.lrange(key, 0, -1),
        b"set": raw.smembers,
        b"zset": lambda key: raw.zrange(key, 0, -1),
        b"stream": raw.xrange,
    }
    try:
        for key in raw.scan_iter(count=1000):
            kind = raw.type(key)
            if kind == b"none":
                # Over by now: nothing is kept of it.
                continue
            value = readers[kind](key)
            # As it is kept; a bell's body is in base 64.
            yield f"redis {key.decode(errors='replace')}", key + repr(value).encode() + _bodies(value)
    finally:
        raw.close()


def _bodies(value: Any) -> bytes:
    found = b""
    for each in value if isinstance(value, list) else ():
        with suppress(ValueError, KeyError, TypeError):
            found += base64.b64decode(json.loads(each)["body"])
    return found


def _kept_in_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if zipfile.is_zipfile(io.BytesIO(content)):
                with zipfile.ZipFile(io.BytesIO(content)) as pages:
                    content += b"".join(pages.read(name) for name in pages.namelist())
            yield f"file {path.relative_to(folder)}", path.name.encode() + content
