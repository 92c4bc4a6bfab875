"""S6: forty texts that a spreadsheet could take for a formula, exported, and the files as a spreadsheet sees them."""

import io
import json
import uuid
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from urllib.request import Request, urlopen
from zipfile import ZipFile

import openpyxl
import psycopg2

from benchmarks.product import Product
from cci_app.embedded.database import NAME
from tests.fakes.formulas import PAYLOADS, csv_rows, live_in_csv, live_in_workbook


def texts_in_json(content: bytes) -> Iterable[Any]:
    """The answers of every conversation, in order."""
    for conversation in json.loads(content):
        yield from (answer["answer"] for answer in conversation["answers"] if answer["answer"] is not None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """S6: of how many cells how many were live formulas and how many differed, and the same without the protection."""

    cells: int
    live: int
    differing: int
    control_live: int
    control_differing: int

    @property
    def missed(self) -> bool:
        """Whether a zero is not one, or proves nothing."""
        return self.live + self.differing > 0 or min(self.control_live, self.control_differing) == 0

    def __str__(self) -> str:
        counts = f"{self.cells} cells of {len(PAYLOADS)} payloads, {self.live} live, {self.differing} differ"
        control = f"controls {self.control_live} and {self.control_differing}"
        return f"formulas in xlsx, csv and json: {counts}; {control}; {'MISSED' if self.missed else 'met'}"


def check(product: Product, control: str) -> Verdict:
    """Export conversations that consist of the payloads in all forms, and read them again.

    `control` is the address of the product without its guard; a workbook written by openpyxl is the other control.
    """
    _add(product)
    book, text, objects = (_export(product, product.address, form) for form in ("excel", "csv", "json"))
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[1]
    values = [row[_ANSWERS] for row in sheet.iter_rows(min_row=2, values_only=True)]
    written = [row[_ANSWERS] for row in csv_rows(text)[1:]]
    unguarded = [cell[1:] if cell[:1] == "'" else cell for cell in written]
    naive = openpyxl.Workbook()
    for payload in PAYLOADS:
        naive.worksheets[0].append([payload])
    naive.save(unprotected := io.BytesIO())
    read: tuple[list[Any], ...] = (values, unguarded, list(texts_in_json(objects)))
    return Verdict(
        cells=sum(map(len, read)),
        live=live_in_csv(text) + live_in_workbook(ZipFile(io.BytesIO(book))),
        differing=sum(cell != payload for cells in read for cell, payload in zip_longest(cells, PAYLOADS)),
        control_live=live_in_csv(_export(product, control, "csv")) + live_in_workbook(ZipFile(unprotected)),
        control_differing=sum(cell != payload for cell, payload in zip_longest(written, PAYLOADS)),
    )


# The column of the first answer.
_ANSWERS = 8
_DAY = "1999-12-31"


def _export(product: Product, address: str, form: str) -> bytes:
    query = f"format={form}&start_date={_DAY}&end_date={_DAY}"
    request = Request(f"{address}/api/v1/export/conversations?{query}", headers={"X-API-Key": product.key})
    with urlopen(request) as response:
        content: bytes = response.read()
        return content


def _add(product: Product) -> None:
    """A conversation of a day of their own for each payload, as company and as the answer to the first question."""
    with (
        closing(psycopg2.connect(product.postgres.superuser_url(NAME))) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        for place, payload in enumerate(PAYLOADS):
            run_id = str(uuid.UUID(int=place))
            cursor.execute(_ADD_RUN, (run_id, payload, f"{_DAY} 12:00:{place:02d}-05"))
            cursor.execute(_ADD_ANSWER, (run_id,))


_ADD_RUN = (
    "INSERT INTO conversation_runs (id, client_company, started_at, organisation_id, assistant, user_id,"
    "  last_message_at)"
    " SELECT %s, %s, moment, min(id), 'cci', '+573001234567', moment"
    " FROM organisations, (SELECT %s::timestamptz AS moment) m GROUP BY moment"
)
_ADD_ANSWER = (
    "INSERT INTO answers (organisation_id, run_id, question, text, status, asked_at, answered_at)"
    " SELECT organisation_id, id, 1, client_company, 'answered', started_at, started_at"
    " FROM conversation_runs WHERE id = %s"
)
