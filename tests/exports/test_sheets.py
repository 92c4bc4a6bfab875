"""Exports into a Google Sheet: the real client against a small Google on loopback."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from pytest_httpserver import HTTPServer

from cci_app.core.errors import InvalidInput, Unavailable
from cci_app.integrations import patience, sheet
from cci_app.integrations.cli import sheets
from cci_app.integrations.errors import DeliveryFailed
from cci_app.integrations.kinds import GOOGLE_SHEETS
from cci_app.integrations.ports import Cell
from tests.conftest import make_settings
from tests.exports.parcels import HEADER, ROWS, Recorded, parcel
from tests.fakes.sheets import EMAIL, FakeGoogle

SHEET = "Members' record"
WRITTEN = [list(HEADER), ["1", "Vinos Ejemplo", "=1+1"], ["2", "", "+573001234567"]]


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE_SECONDS", 0.001)


@pytest.fixture
def google(httpserver: HTTPServer) -> FakeGoogle:
    fake = FakeGoogle(httpserver)
    fake.spreadsheets["book"] = {"Notes": {"id": 0, "rows": 10, "columns": 3, "values": {(1, 1): "by hand"}}}
    return fake


def settings_of(google: FakeGoogle, **changes: Any) -> Any:
    values = {
        "google_service_account": google.account,
        "google_spreadsheet_id": "book",
        "google_sheet_name": SHEET,
        "google_sheets_url": google.address,
        "google_drive_url": google.address,
        **changes,
    }
    return make_settings("postgresql://x@127.0.0.1/x", "redis://127.0.0.1/0", **values)


OF_OLD = {
    "error": {
        "code": 403,
        "message": "User Rate Limit Exceeded",
        "errors": [{"domain": "usageLimits", "reason": "userRateLimitExceeded", "message": "User Rate Limit Exceeded"}],
    }
}
NEW = {
    "error": {
        "code": 403,
        "status": "PERMISSION_DENIED",
        "message": "Quota exceeded",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED"}],
    }
}


@pytest.mark.parametrize("refusal", [OF_OLD, NEW], ids=["old form", "new form"])
@pytest.mark.parametrize("call", ["GET /v4/spreadsheets/book$", "values:batchUpdate"])
def test_case_32_a_limit_that_google_calls_403_is_waited_out(
    google: FakeGoogle, tmp_path: Path, refusal: dict[str, Any], call: str
) -> None:
    google.ordered, google.refusal = [(call, 403, False)], refusal
    deliver(google, tmp_path)
    assert google.table("book", SHEET) == WRITTEN
    assert google.ordered == []


def test_case_32_a_limit_of_the_day_lets_the_job_come_back_later(google: FakeGoogle, tmp_path: Path) -> None:
    google.ordered = [("GET /v4/spreadsheets/book$", 403, False)]
    google.refusal = {"error": {"code": 403, "errors": [{"domain": "usageLimits", "reason": "dailyLimitExceeded"}]}}
    with pytest.raises(Unavailable) as told:
        deliver(google, tmp_path)
    assert told.value.retry_after == 3600


def test_case_32_a_403_that_means_no_is_told_at_once(google: FakeGoogle, tmp_path: Path) -> None:
    google.ordered = [("GET /v4/spreadsheets/book$", 403, False)]
    with pytest.raises(DeliveryFailed, match="share the spreadsheet"):
        deliver(google, tmp_path)
    assert [line for line in google.requests if "spreadsheets" in line] == ["GET /v4/spreadsheets/book"]


@pytest.mark.parametrize(
    ("reason", "said"), [("storageQuotaExceeded", "no room is left"), ("domainPolicy", "a rule of the organisation")]
)
def test_case_32_what_sharing_does_not_mend_has_other_advice(
    google: FakeGoogle, tmp_path: Path, reason: str, said: str
) -> None:
    google.ordered = [("GET /v4/spreadsheets/book$", 403, False)]
    google.refusal = {"error": {"code": 403, "errors": [{"domain": "global", "reason": reason}]}}
    with pytest.raises(DeliveryFailed, match=said):
        deliver(google, tmp_path)


@pytest.mark.parametrize(
    "written",
    [
        lambda key: key.replace("\\n", "\n"),
        lambda key: key.replace('"', '\\"'),
        lambda key: key.replace("\\n", "\\\\n"),
        lambda key: base64.b64encode(key.encode()).decode(),
        lambda key: f"'{json.dumps(json.loads(key), indent=2)}'\n",
    ],
    ids=["line ends", "quotes", "escaped twice", "base64", "quoted"],
)
def test_a_service_account_as_a_file_of_variables_holds_it(
    google: FakeGoogle, tmp_path: Path, written: Callable[[str], str]
) -> None:
    deliver(google, tmp_path, google_service_account=written(google.account))
    assert google.table("book", SHEET) == WRITTEN


def deliver(
    google: FakeGoogle,
    folder: Path,
    rows: Sequence[Sequence[Cell]] = ROWS,
    progress: Recorded | None = None,
    **changes: Any,
) -> str | None:
    sent = parcel(folder, repr(rows).encode(), rows=rows)
    return GOOGLE_SHEETS.of_environment(settings_of(google, **changes)).deliver(sent, progress or Recorded())


def test_the_sheet_is_added_and_filled_and_a_repeat_writes_nothing(google: FakeGoogle, tmp_path: Path) -> None:
    progress = Recorded()
    link = deliver(google, tmp_path, progress=progress)
    assert google.table("book", SHEET) == WRITTEN
    assert google.table("book", "Notes") == [["by hand"]]
    assert link == "https://docs.google.com/spreadsheets/d/book/edit"
    assert progress.done[-1] == (2, 2)
    writes = google.writes
    deliver(google, tmp_path)
    assert (google.table("book", SHEET), google.writes) == (WRITTEN, writes)
    google.requests.clear()
    assert deliver(google, tmp_path, progress=progress) == link
    assert google.requests == []


def test_rows_are_updated_by_their_key_and_others_stay(google: FakeGoogle, tmp_path: Path) -> None:
    deliver(google, tmp_path)
    rows = (("3", "Café Ejemplo", "x"), ("2", "Nuevo", None))
    deliver(google, tmp_path, rows)
    assert google.table("book", SHEET) == [*WRITTEN[:2], ["2", "Nuevo"], ["3", "Café Ejemplo", "x"]]


def test_what_people_add_and_move_stays_theirs(google: FakeGoogle, tmp_path: Path) -> None:
    values: dict[tuple[int, int], Any] = {
        (1, 1): "Answer",
        (1, 2): "My notes",
        (1, 3): "Conversation",
        (3, 2): "call them",
        (3, 3): "2",
    }
    google.spreadsheets["book"][SHEET] = {"id": 5, "rows": 3, "columns": 3, "values": values}
    deliver(google, tmp_path)
    assert google.table("book", SHEET) == [
        ["Answer", "My notes", "Conversation", "Company"],
        [],
        ["+573001234567", "call them", "2"],
        ["=1+1", "", "1", "Vinos Ejemplo"],
    ]
    assert google.spreadsheets["book"][SHEET]["rows"] == 4


def test_values_keep_their_kind(google: FakeGoogle, tmp_path: Path) -> None:
    rows = (("1", datetime(2026, 1, 31, 14, 5), 2.0), ("2", date(2026, 2, 1), True), ("3", "x" * 60_000, -3.5))  # noqa: DTZ001
    deliver(google, tmp_path, rows)
    table = google.table("book", SHEET)
    assert table[1] == ["1", "2026-01-31 14:05:00", 2]
    assert table[2] == ["2", "2026-02-01", True]
    assert len(table[3][1]) == sheet.LONGEST_CELL
    assert table[3][1].endswith("… [cut: 60,000 characters in all]")
    assert table[3][2] == -3.5
    writes = google.writes
    deliver(google, tmp_path, rows)
    assert google.writes == writes


def test_many_rows_go_in_batches_and_the_sheet_grows(
    google: FakeGoogle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "PAGE_ROWS", 700)
    monkeypatch.setattr("cci_app.integrations.sheets.BATCH_BYTES", 20_000)
    rows = [(str(number), f"Company {number}", "x" * 20) for number in range(3_000)]
    deliver(google, tmp_path, rows)
    assert google.table("book", SHEET) == [list(HEADER), *map(list, rows)]
    assert google.spreadsheets["book"][SHEET]["rows"] == 3_001
    assert 5 < google.writes < 20


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize(
    "pattern", ["token", "GET .*book$", "book:batchUpdate", "GET .*/values/", "values:batchUpdate"]
)
@pytest.mark.parametrize("done", [True, False])
def test_a_fault_that_passes_is_waited_out(
    google: FakeGoogle, tmp_path: Path, pattern: str, status: int, done: bool
) -> None:
    google.ordered = [(pattern, status, done)]
    deliver(google, tmp_path)
    assert google.ordered == []
    assert google.table("book", SHEET) == WRITTEN


def test_a_write_that_was_broken_off_is_completed(google: FakeGoogle, tmp_path: Path) -> None:
    google.ordered = [("values:batchUpdate", 200, True)] + [("values:batchUpdate", 429, False)] * 50
    with pytest.raises(Unavailable) as caught:
        deliver(google, tmp_path)
    assert caught.value.retry_after == patience.COME_BACK_SECONDS
    assert google.table("book", SHEET) == [list(HEADER)]
    google.ordered = []
    deliver(google, tmp_path)
    assert google.table("book", SHEET) == WRITTEN


def test_rows_that_another_writer_wrote_over_are_written_again(google: FakeGoogle, tmp_path: Path) -> None:
    progress = Recorded()

    def overwrite() -> None:
        progress.interrupt = lambda: None
        google.spreadsheets["book"][SHEET]["values"][2, 1] = "9"

    progress.interrupt = overwrite
    deliver(google, tmp_path, progress=progress)
    assert [row[0] for row in google.table("book", SHEET)] == ["Conversation", "9", "2", "1"]


def test_without_an_id_a_spreadsheet_is_made_once_and_shared(google: FakeGoogle, tmp_path: Path) -> None:
    changes: dict[str, Any] = {"google_spreadsheet_id": None, "google_share_with": "ana@example.org, luis@example.org"}
    # Made, but the answer was lost; then the first attempt to share it.
    google.ordered = [("POST /drive/v3/files$", 500, True), ("POST .*permissions", 500, False)]
    link = deliver(google, tmp_path, **changes)
    assert link == "https://docs.google.com/spreadsheets/d/made-0/edit"
    assert google.table("made-0", SHEET) == WRITTEN
    assert google.shared == {"made-0": ["ana@example.org", "luis@example.org"]}
    files = len(google.files)
    assert deliver(google, tmp_path, **changes) == link
    assert (len(google.files), google.shared) == (files, {"made-0": ["ana@example.org", "luis@example.org"]})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"google_service_account": None}, "needs GOOGLE_SERVICE_ACCOUNT to be set"),
        ({"google_service_account": "/nowhere/key.json"}, "GOOGLE_SERVICE_ACCOUNT has to be the JSON key"),
        (
            {"google_service_account": '{"private_key": "fictional-secret'},
            "GOOGLE_SERVICE_ACCOUNT has to be the JSON key",
        ),
        ({"google_spreadsheet_id": None}, "GOOGLE_SPREADSHEET_ID or GOOGLE_SHARE_WITH"),
        ({"google_sheets_url": "http://sheets.example.org"}, "GOOGLE_SHEETS_URL has to begin with https"),
    ],
)
def test_settings_that_are_wrong_are_named(google: FakeGoogle, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        GOOGLE_SHEETS.of_environment(settings_of(google, **changes))
    assert "fictional-secret" not in repr((caught.value, caught.value.__cause__))


def test_the_key_may_be_a_file_and_may_lead_nowhere_else(google: FakeGoogle, tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text(google.account)
    deliver(google, tmp_path, google_service_account=str(key))
    assert google.table("book", SHEET) == WRITTEN
    elsewhere = json.dumps({**json.loads(google.account), "token_uri": "http://token.example.org"})
    with pytest.raises(InvalidInput, match="token_uri"):
        deliver(google, tmp_path, google_service_account=elsewhere)


def check(app: Flask, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Result:
    monkeypatch.setitem(app.config, "SETTINGS", settings_of(google, **changes))
    return app.test_cli_runner().invoke(sheets, ["check"])


def test_the_check_says_what_works_and_changes_nothing(
    app: Flask, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = check(app, google, monkeypatch)
    assert (result.exit_code, result.output.count("ok: ")) == (0, 3)
    assert list(google.spreadsheets["book"]) == ["Notes"]
    made = check(app, google, monkeypatch, google_spreadsheet_id=None, google_share_with="ana@example.org")
    assert made.exit_code == 0
    assert google.files == []


def test_the_check_says_what_is_wrong(app: Flask, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> None:
    result = check(app, google, monkeypatch, google_spreadsheet_id="other")
    assert result.exit_code == 1
    assert "there is no such spreadsheet" in result.output
    google.editable = False
    result = check(app, google, monkeypatch)
    assert result.exit_code == 1
    assert f"share the spreadsheet with {EMAIL} as editor" in result.output
    google.key_accepted = False
    result = check(app, google, monkeypatch)
    assert result.exit_code == 1
    assert "GOOGLE_SERVICE_ACCOUNT: Google does not accept the key" in result.output


def test_a_refusal_is_the_reason(google: FakeGoogle, tmp_path: Path) -> None:
    google.ordered = [("values:batchUpdate", 400, False)]
    with pytest.raises(DeliveryFailed, match="400"):
        deliver(google, tmp_path)
