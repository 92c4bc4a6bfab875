"""P5: exports of many conversations, beside PostgreSQL's own COPY of the same rows and beside openpyxl."""

import json
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import psutil
import psycopg2
from rustpy_xlsxwriter import FastExcel

from benchmarks.product import Product
from benchmarks.speed.rows import Row
from cci_app.embedded.database import NAME
from cci_app.exports.columns import Layout
from cci_app.exports.workbook import LongTexts, add_sheet

CONVERSATIONS = 100_000
PREPARED_ROWS = 100_000
_RUNS = 3
_READ_BYTES = 1 << 20
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Fetched:
    """A download: seconds to the first byte and to the last, and how many bytes there were."""

    first: float
    whole: float
    size: int


def exports(product: Product, seed: int, conversations: int = CONVERSATIONS) -> list[Row]:
    """The rows of the table. The record of the product becomes that of the measurement."""
    product.flask("demo", "fill", "--conversations", str(conversations), "--seed", str(seed))
    product.execute("VACUUM ANALYZE")
    with _peak(product, "web") as web:
        pairs = [(fetch(product, "csv"), copy_by_postgres(product)) for _ in range(_RUNS)]
        objects = fetch(product, "json")
    ratio = statistics.median(ours.whole / copy for ours, copy in pairs)
    ours, copy = pairs[-1]
    first = max(fetched.first for fetched, _ in pairs)
    whole = f"({objects.whole:.1f} s in all)"
    with _peak(product, "jobs") as worker:
        took, size = workbook_by_job(product)
    faster, rows = against_openpyxl(product)
    what = f"of {conversations:,} conversations"
    return [
        ("P5", f"CSV {what} / psql's \\copy of the same", "<= 2", f"{ratio:.2f}", ratio <= 2),
        ("", f"  CSV {ours.whole:.1f} s ({ours.size / 1e6:.0f} MB), \\copy {copy:.1f} s", "", "", True),
        ("P5", "first byte of CSV, the latest of three", "< 1 s", f"{first:.2f} s", first < 1),
        (
            "P5",
            f"first byte of JSON {whole}",
            "< 1 s",
            f"{objects.first:.2f} s",
            objects.first < 1,
        ),
        ("P5", f"workbook of {rows:,} messages: openpyxl / ours", ">= 5", f"{faster:.1f}", faster >= 5),
        ("", f"  the whole workbook as a job: {took:.0f} s, {size / 1e6:.0f} MB", "", "", True),
        *(
            ("P5", f"largest {name} process (RSS) while exporting", "< 200 MiB", f"{peak[0]:.0f} MiB", peak[0] < 200)
            for name, peak in (("web", web), ("worker", worker))
        ),
    ]


def fetch(product: Product, form: str) -> Fetched:
    """Download an export of everything, as a client sees it."""
    started = time.monotonic()
    connection = HTTPConnection(urlsplit(product.address).netloc, timeout=600)
    connection.request("GET", f"/api/v1/export/conversations?format={form}", headers={"X-API-Key": product.key})
    response = connection.getresponse()
    if response.status != 200:
        raise RuntimeError(f"{form}: {response.status}")
    size, first = len(response.read(1)), time.monotonic() - started
    while chunk := response.read(_READ_BYTES):
        size += len(chunk)
    connection.close()
    return Fetched(first, time.monotonic() - started, size)


def copy_by_postgres(product: Product) -> float:
    """Seconds that psql takes to copy the same rows, as the view has them, into a file."""
    psql = product.postgres.programs / "psql"
    with tempfile.NamedTemporaryFile() as file:
        command = f"\\copy (SELECT * FROM export_conversations ORDER BY started_at, id) TO '{file.name}' CSV"
        started = time.monotonic()
        subprocess.run([psql, "-q", "-c", command, product.postgres.superuser_url(NAME)], check=True)
        return time.monotonic() - started


def workbook_by_job(product: Product) -> tuple[float, int]:
    """Seconds from asking for the whole workbook until it is there, and its bytes."""
    started = time.monotonic()
    job = _call(product, "POST", "/api/v1/export/jobs", {"format": "excel"})
    while job["state"] in {"queued", "running"}:
        time.sleep(0.2)
        job = _call(product, "GET", f"/api/v1/export/jobs/{job['id']}")
    if job["state"] != "done":
        raise RuntimeError(f"the workbook: {job['reason']}")
    return time.monotonic() - started, job["bytes"]


def against_openpyxl(product: Product) -> tuple[float, int]:
    """How many times as long openpyxl's write-only mode takes for the same prepared rows, and how many those are."""
    columns = Layout("es", ()).messages
    query = (
        "SELECT user_id, timestamp::timestamp(0), user_message, agent_response, current_question, detected_language,"
        " response_time_ms, late, run_id::text FROM conversations ORDER BY id LIMIT %s"
    )
    with psycopg2.connect(product.postgres.superuser_url(NAME)) as connection, connection.cursor() as cursor:
        cursor.execute(query, (PREPARED_ROWS,))
        rows = cursor.fetchall()
    connection.close()

    def ours(path: Path) -> None:
        book = FastExcel(str(path))
        add_sheet(book, "Mensajes", columns, rows, LongTexts("Textos"))
        book.save()

    def theirs(path: Path) -> None:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Mensajes")
        sheet.append([column.heading for column in columns])
        for row in rows:
            sheet.append(row)
        book.save(path)

    ratios = [_seconds(theirs) / _seconds(ours) for _ in range(_RUNS)]
    return statistics.median(ratios), len(rows)


def _seconds(write: Callable[[Path], None]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        write(Path(folder) / "book.xlsx")
        return time.monotonic() - started


def _call(product: Product, method: str, path: str, body: Any = None) -> Any:
    connection = HTTPConnection(urlsplit(product.address).netloc, timeout=60)
    headers = {"X-API-Key": product.key, "Content-Type": "application/json"}
    connection.request(method, path, json.dumps(body) if body else None, headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


@contextmanager
def _peak(product: Product, part: str) -> Iterator[list[float]]:
    """The resident memory in MiB of the part's largest process, at its highest while the block ran."""
    largest, over = [0.0], threading.Event()
    parent = psutil.Process(product.processes[part].pid)

    def watch() -> None:
        while not over.wait(_POLL_SECONDS):
            sizes = [process.memory_info().rss for process in [parent, *parent.children()]]
            largest[0] = max(largest[0], max(sizes) / 2**20)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield largest
    finally:
        over.set()
        thread.join()
