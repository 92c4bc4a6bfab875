"""The three forms of an export, through HTTP: the same rows, whole, harmless, and nobody else's."""

import csv
import io
import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from openpyxl.utils.escape import unescape

from cci_app.core.csv_file import guarded, unguarded
from cci_app.core.database import system_transaction
from cci_app.exports import files, record, workbook
from cci_app.exports.selection import ExportFormat, Selection
from tests.conftest import Tenant, make_tenant
from tests.exports.conftest import NOON, Add
from tests.fakes.formulas import PAYLOADS, live_in_csv, live_in_workbook

ADDRESS = "/api/v1/export/conversations"
STATUS, FIRST_ANSWER = 6, 8
SAID = {"completed": "Terminada", "in_progress": "En curso", "abandoned": "Abandonada"}
HOSTILE = (
    "tab\tand\nline",
    "\u202eRTL\u202c \u0645\u0631\u062d\u0628\u0627",
    "👩‍👩‍👧 emoji",
    'quote " and , ; comma',
    "_x0041_",
    "a'b",
    " ends ",
    "\\.",
    "\ufffe \uffff \U0001fffe \ufdd0",
)


def get(web: FlaskClient, tenant: Tenant, form: str, **query: str) -> bytes:
    response = web.get(ADDRESS, query_string={"format": form, **query}, headers=tenant.headers, buffered=True)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Disposition"].startswith("attachment")
    content: bytes = response.data
    return content


def csv_rows(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def book_of(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def sheet_rows(content: bytes, sheet: int = 1) -> list[list[Any]]:
    book = book_of(content)
    return [
        [unescape(cell) if isinstance(cell, str) else cell for cell in row]
        for row in book.worksheets[sheet].iter_rows(values_only=True)
    ]


def summary_of(book: Any) -> dict[str, Any]:
    return {row[0]: row[1] for row in book["Resumen"].iter_rows(values_only=True)}


def assert_same(web: FlaskClient, tenant: Tenant, **query: str) -> list[dict[str, Any]]:
    """The three forms say the same; returns the conversations of JSON."""
    conversations: list[dict[str, Any]] = json.loads(get(web, tenant, "json", **query))
    text, *written = csv_rows(get(web, tenant, "csv", **query))
    header, *cells = sheet_rows(get(web, tenant, "excel", **query))
    assert text == header
    assert len(written) == len(cells) == len(conversations)
    for one, row, values in zip(conversations, written, cells, strict=True):
        answers = [answer["answer"] for answer in one["answers"]]
        others = json.dumps(one["other_answers"], ensure_ascii=False) if one["other_answers"] else None
        moments = [datetime.fromisoformat(one[name]).replace(tzinfo=None) for name in ("started_at", "ended_at")]
        before = [one["user_id"], one["company"], one["contact_name"], *moments, one["questions_answered"]]
        after = [one["messages"], one["mean_response_ms"], one["p95_response_ms"], one["longest_response_ms"]]
        after += [one["share_within_8s"], one["late_answers"], one["assistant"], one["conversation_id"]]
        expected = [*before, one["status"], one["language"], *answers, others, *after]
        # People read the workbook, programs the other two.
        assert values == [SAID.get(cell, cell) if place == STATUS else cell for place, cell in enumerate(expected)]
        for cell, value in zip(row, expected, strict=True):
            if isinstance(value, str):
                assert unguarded(cell) == value
            elif isinstance(value, datetime):
                assert datetime.fromisoformat(cell) == value
            else:
                assert (float(cell) if cell else None) == value
    return conversations


@pytest.mark.parametrize(("language", "sign"), [("es", ";"), ("fr", ";"), ("en", ",")])
def test_case_30_a_double_click_shows_columns(
    web: FlaskClient, tenant: Tenant, add: Add, language: str, sign: str
) -> None:
    add(["Sí; claro, sí"], ["Hola"], started_at=NOON)
    with system_transaction() as session:
        session.execute(
            sa.text("UPDATE organisations SET language = :language WHERE id = :id"),
            {"language": language, "id": tenant.organisation_id},
        )
    lines = get(web, tenant, "csv").decode("utf-8-sig").splitlines()
    assert lines[0].count(sign) > 10
    asked = {"separator": "semicolon" if sign == "," else "comma"}
    other = get(web, tenant, "csv", **asked).decode("utf-8-sig").splitlines()
    assert list(csv.reader(lines, delimiter=sign)) == list(csv.reader(other, delimiter=";" if sign == "," else ","))
    refused = web.get(ADDRESS, query_string={"format": "csv", "separator": "tab"}, headers=tenant.headers)
    assert refused.status_code == 422


def test_the_three_forms_say_the_same(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    run_id = add(
        ["Sí", "La feria", "Vender"], ["Hola", "Sí"], times=[1000, 9000], company="Vinos, SAS", contact_name="Zoé",
        started_at=NOON,
    )  # fmt: skip
    add({2: "solo la dos", 9: "de antes"}, completed_at=NOON, started_at=NOON + timedelta(minutes=1))
    add([], [], ended_at=NOON, started_at=NOON + timedelta(minutes=2))
    first, second, third = assert_same(web, tenant)
    assert first["conversation_id"] == str(run_id)
    assert (first["user_id"], first["company"], first["contact_name"]) == ("+573001234567", "Vinos, SAS", "Zoé")
    assert (first["started_at"], first["status"]) == ("2026-01-15T12:00:00-05:00", "in_progress")
    assert [answer["answer"] for answer in first["answers"]] == ["Sí", "La feria", "Vender", None, None, None, None]
    assert (first["messages"], first["mean_response_ms"], first["longest_response_ms"]) == (2, 5000, 9000)
    assert (first["p95_response_ms"], first["share_within_8s"], first["late_answers"]) == (9000, 0.5, 1)
    assert (second["status"], second["other_answers"]) == ("completed", {"9": ["de antes", "answered"]})
    assert (third["status"], third["messages"], third["mean_response_ms"]) == ("abandoned", 0, None)


def test_what_people_write_survives(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    texts = [*PAYLOADS, *HOSTILE]
    for place, text in enumerate(texts):
        add([text], [text], company=text[:200], started_at=NOON + timedelta(minutes=place))
    conversations = assert_same(web, tenant)
    assert [one["answers"][0]["answer"] for one in conversations] == texts
    assert live_in_csv(get(web, tenant, "csv")) == 0
    content = get(web, tenant, "excel")
    assert live_in_workbook(ZipFile(io.BytesIO(content))) == 0
    messages = sheet_rows(content, 2)[1:]
    assert [row[2] for row in messages] == texts
    assert [row[3] for row in messages] == [f"Eco: {text}" for text in texts]


def test_without_the_guard_there_would_be_formulas(
    web: FlaskClient, tenant: Tenant, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in PAYLOADS:
        add([text])
    monkeypatch.setattr(record, "guarded_sql", lambda value: value)
    assert live_in_csv(get(web, tenant, "csv")) >= 30


def test_a_plain_phone_is_left_alone() -> None:
    assert guarded("+573001234567") == "+573001234567"
    assert guarded("+573001234567\n") == "'+573001234567\n"
    for text in (*PAYLOADS, "plain", "", "'=x"[1:]):
        assert unguarded(guarded(text)) == text


def test_nothing_is_cut_at_the_limit_of_a_cell(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    texts = ["x" * 32_767, "y" * 32_768, "👍" * 20_000, "z" * 100_000]
    for place, text in enumerate(texts):
        add([text], [text], started_at=NOON + timedelta(minutes=place))
    book = book_of(get(web, tenant, "excel"))
    assert book.sheetnames == ["Resumen", "Conversaciones", "Mensajes", "Textos largos"]
    rest: dict[str, list[str]] = {}
    for name, _, part in book["Textos largos"].iter_rows(min_row=2, values_only=True):
        rest.setdefault(name, []).append(part)

    def whole(cell: str) -> str:
        start, marker, name = cell.partition(" […→ ")
        return start + "".join(rest[name.removesuffix("]")]) if marker else cell

    assert [whole(row[FIRST_ANSWER]) for row in book["Conversaciones"].iter_rows(min_row=2, values_only=True)] == texts
    assert [whole(row[2]) for row in book["Mensajes"].iter_rows(min_row=2, values_only=True)] == texts
    assert [row[FIRST_ANSWER] for row in csv_rows(get(web, tenant, "csv"))[1:]] == texts


def test_rows_beyond_the_limit_of_a_sheet_go_on_in_the_next(
    web: FlaskClient, tenant: Tenant, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 3)
    for place in range(4):
        add([], [str(place), "b"], started_at=NOON + timedelta(minutes=place))
    book = book_of(get(web, tenant, "excel"))
    conversations, messages = ["Conversaciones", "Conversaciones 2"], ["Mensajes", "Mensajes 2", "Mensajes 3"]
    assert book.sheetnames == ["Resumen", *conversations, *messages]
    said = [
        row[2]
        for sheet in book.worksheets[3:]
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]  # fmt: skip
    assert said == ["0", "b", "1", "b", "2", "b", "3", "b"]
    assert {sheet.freeze_panes for sheet in book.worksheets[1:]} == {"A2"}


def test_a_sheet_that_is_just_full_needs_no_other(
    web: FlaskClient, tenant: Tenant, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 3)
    for place in range(3):
        add([], ["a"], started_at=NOON + timedelta(minutes=place))
    book = book_of(get(web, tenant, "excel"))
    assert book.sheetnames == ["Resumen", "Conversaciones", "Mensajes"]
    assert [sheet.max_row for sheet in book.worksheets[1:]] == [4, 4]


def test_a_workbook_is_made_for_people(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    add(["Sí"], ["Hola"], times=[8500])
    book = book_of(get(web, tenant, "excel"))
    summary, conversations, messages = book.worksheets
    figures = summary_of(book)
    assert (figures["Conversaciones"], figures["Mensajes"], figures["Respuestas tardías"]) == (1, 1, 1)
    assert len(summary._charts) == 1
    for sheet in (conversations, messages):
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(2, sheet.max_column).coordinate}"
    phone, start = conversations["A2"], conversations["D2"]
    assert (phone.data_type, phone.value) == ("s", "+573001234567")
    assert (start.is_date, start.value) == (True, datetime(2026, 1, 15, 12, 0))  # noqa: DTZ001 (as Excel has it)
    assert conversations.column_dimensions["A"].width > 10
    question = conversations.cell(1, FIRST_ANSWER + 1)
    lines = len(question.value) / conversations.column_dimensions[question.column_letter].width
    assert lines > 1
    assert question.alignment.wrap_text
    assert conversations.row_dimensions[1].height >= 15 * lines


def test_the_summary_says_what_it_is_about(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    add(["Sí"], ["a", "b"], times=[1000, 8500], company="Vinos SAS")
    add(["Sí"], ["a"], started_at=NOON + timedelta(days=2), company="Vinos SAS", completed_at=NOON)
    everything = summary_of(book_of(get(web, tenant, "excel")))
    assert everything["Periodo"] == "2026-01-15 – 2026-01-17"
    assert (everything["Zona horaria"], everything["Filtros"]) == ("America/Bogota", "ninguno")
    filters = {"status": "completed", "company": "vinos sas", "start_date": "2026-01-01", "end_date": "2026-01-31"}
    book = book_of(get(web, tenant, "excel", **filters))
    some = summary_of(book)
    assert some["Periodo"] == "2026-01-01 – 2026-01-31"
    assert some["Filtros"] == "Empresa: vinos sas; Estado: Terminada"
    assert (everything["Proporción en 8 s (%)"], some["Proporción en 8 s (%)"]) == (66.7, 100)


def test_days_without_conversations_are_told_too(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    add(completed_at=NOON)
    add(started_at=NOON + timedelta(days=3))
    add(started_at=NOON + timedelta(days=3 + 1000))

    def by_day(**query: str) -> list[tuple[Any, ...]]:
        sheet = book_of(get(web, tenant, "excel", **query))["Resumen"]
        assert {(cell.is_date, cell.number_format) for (cell,) in sheet["D2:D5"]} == {(True, "yyyy-mm-dd")}
        told = sheet.iter_rows(min_row=2, min_col=4, max_col=6, values_only=True)
        return [(f"{day:%Y-%m-%d}", *rest) for day, *rest in told if day]

    first = [("2026-01-15", 1, 1), ("2026-01-16", 0, 0), ("2026-01-17", 0, 0), ("2026-01-18", 1, 0)]
    # Not every day of years in which nobody wrote.
    assert by_day() == [*first, ("2028-10-14", 1, 0)]
    assert by_day(start_date="2026-01-14", end_date="2026-01-19") == [
        ("2026-01-14", 0, 0), *first, ("2026-01-19", 0, 0)
    ]  # fmt: skip
    assert by_day(start_date="2000-01-01", end_date="2027-12-31") == first


@pytest.mark.parametrize("form", ["excel", "csv", "json"])
def test_the_same_record_gives_the_same_bytes(web: FlaskClient, tenant: Tenant, add: Add, form: str) -> None:
    add(["Sí"])
    assert get(web, tenant, form) == get(web, tenant, form)


def test_where_there_is_nobody_the_file_is_whole(web: FlaskClient, tenant: Tenant) -> None:
    assert json.loads(get(web, tenant, "json")) == []
    (header,) = csv_rows(get(web, tenant, "csv"))
    book = book_of(get(web, tenant, "excel"))
    assert [cell.value for cell in book.worksheets[1][1]] == header
    assert summary_of(book)["Periodo"] == "… – …"
    assert len(header) == 24
    assert [sheet.max_row for sheet in book.worksheets[1:]] == [1, 1]


def test_each_filter_narrows(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    late = datetime(2026, 1, 16, 4, 59, tzinfo=UTC)  # still the 15th in Bogotá
    one = str(add(started_at=late, company="Vinos SAS", completed_at=late))
    two = str(add(started_at=late + timedelta(minutes=2), user_id="+573000000002", detected_language="fr"))
    for query, expected in (
        ({"start_date": "2026-01-15", "end_date": "2026-01-15"}, [one]),
        ({"start_date": "2026-01-16"}, [two]),
        ({"end_date": "2026-01-16"}, [one, two]),
        ({"user_id": "300 000 0002"}, [two]),
        ({"language": "fr"}, [two]),
        ({"company": "vinos sas"}, [one]),
        ({"status": "completed"}, [one]),
        ({"assistant": "cci"}, [one, two]),
        ({"end_date": "2025-12-31"}, []),
    ):
        assert [row["conversation_id"] for row in assert_same(web, tenant, **query)] == expected, query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"start_date": "31/01/2026"}, "start_date"),
        ({"end_date": "2026-02-30"}, "end_date"),
        ({"start_date": "2026-02-01", "end_date": "2026-01-31"}, "end_date"),
        ({"format": "pdf"}, "format"),
        ({"user_id": "nobody at all"}, "user_id"),
        ({"status": "done"}, "status"),
        ({"language": "spanish"}, "language"),
        ({"language": "es\n"}, "language"),
        ({"assistant": "none"}, "assistant"),
        ({"strat_date": "2026-01-01"}, "strat_date"),
    ],
)
def test_bad_input_is_told(web: FlaskClient, tenant: Tenant, query: dict[str, str], field: str) -> None:
    response = web.get(ADDRESS, query_string={"format": "csv", **query}, headers=tenant.headers, buffered=True)
    assert response.status_code == 422
    assert field in response.json["error"]["details"]  # type: ignore[index]


def test_an_empty_filter_is_none(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    add(["Sí"])
    names = ("start_date", "end_date", "user_id", "company", "language", "status", "assistant")
    assert len(assert_same(web, tenant, **dict.fromkeys(names, ""))) == 1


def test_nobody_elses_conversations(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    other = make_tenant("export-other")
    add(["ours"])
    add(["theirs"], organisation_id=other.organisation_id, user_id="+573000000009")
    assert [row["answers"][0]["answer"] for row in assert_same(web, tenant)] == ["ours"]
    assert [row["answers"][0]["answer"] for row in assert_same(web, other)] == ["theirs"]


def test_an_export_that_breaks_is_not_taken_for_a_whole_one(
    web: FlaskClient, tenant: Tenant, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(["x" * 600_000])

    read = threading.Event()

    def breaks(made: record.Record, file: record.Writable) -> None:
        file.write(b"[" + b" " * 600_000)
        assert read.wait(30)
        raise OSError("the disk is full")

    monkeypatch.setattr(record.Record, "copy_json", breaks)
    with web.get(ADDRESS, query_string={"format": "json"}, headers=tenant.headers) as begun:
        read.set()
        with pytest.raises(OSError, match="the disk is full"):
            begun.get_data()


@pytest.mark.parametrize("form", ["csv", "json", "excel"])
def test_an_export_that_cannot_begin_is_an_error(
    web: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(record, "_ORDER", "v.nothing_of_that_name")
    failed = web.get(ADDRESS, query_string={"format": form}, headers=tenant.headers, buffered=True)
    assert failed.status_code == 500
    monkeypatch.undo()
    assert len(csv_rows(get(web, tenant, "csv"))) == 1  # the connection is as good as before


def test_who_leaves_stops_the_export(app: Flask, tenant: Tenant, add: Add) -> None:
    for place in range(3):
        add(["x" * 300_000], started_at=NOON + timedelta(minutes=place))
    selection = Selection()
    streamed = files.stream_text(tenant.organisation_id, selection, ExportFormat.JSON)
    next(streamed)
    streamed.close()
    with files.selected(tenant.organisation_id, selection) as again:
        assert again.count() == 3


def test_several_assistants_have_columns_of_their_own(add: Add, app: Flask, tenant: Tenant) -> None:
    from cci_app.conversation.service import get_conversation

    add(["Sí"])
    add(["autre"], assistant="other", started_at=NOON + timedelta(minutes=1))
    spec = get_conversation().catalogue.specs(tenant.organisation_id)["cci"]
    specs = {"cci": spec, "other": spec.model_copy(update={"name": "other", "title": "Otro"})}
    with record.open_record(tenant.organisation_id, Selection(), specs, "cci") as both:
        first, second = both.conversations()
        names = both.layout.header[FIRST_ANSWER : FIRST_ANSWER + 14]
    assert names[0].startswith(f"{spec.title} · 1. ")
    assert names[7].startswith("Otro · 1. ")
    answers = [first[FIRST_ANSWER : FIRST_ANSWER + 14], second[FIRST_ANSWER : FIRST_ANSWER + 14]]
    assert answers == [("Sí", *[None] * 13), (*[None] * 7, "autre", *[None] * 6)]
