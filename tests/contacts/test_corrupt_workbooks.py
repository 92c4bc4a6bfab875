"""What is not a usable workbook changes nothing, and says what to do."""

import resource
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cci_app.contacts import book, reload, sheets
from cci_app.contacts.errors import WorkbookError
from cci_app.contacts.workbook import read_workbook
from cci_app.core.database import tenant_transaction
from tests.fakes.corrupt_workbooks import CASES, GOOD, billion_laughs, damaged
from tests.fakes.workbooks import contacts


@pytest.mark.parametrize("case", CASES)
def test_an_unusable_workbook_changes_nothing(app: Any, organisation_id: int, case: str) -> None:
    make, sentence = CASES[case]
    data = make()
    # The largest child of this process so far: other tests have some that are larger on purpose.
    allowed = max(512 * 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    reload.apply(organisation_id, contacts(("3001234567", "Una"), ("3001234568", "Dos")), "CO")
    for attempt in (reload.plan, reload.apply):
        with pytest.raises(WorkbookError, match=sentence) as raised:
            attempt(organisation_id, data, "CO")
        assert raised.value.status == 422
    with tenant_transaction(organisation_id) as session:
        assert book.count(session, organisation_id) == 2
    # A child begins as a copy of this process, which is larger than any reader after some thousand tests.
    copied = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(allowed, copied)


def test_the_same_cases_would_change_something_if_they_were_whole(app: Any, organisation_id: int) -> None:
    reload.apply(organisation_id, contacts(("3001234568", "Dos")), "CO")
    assert reload.apply(organisation_id, GOOD, "CO", confirm=1).summary()["removed"] == 1


def test_entities_are_not_multiplied() -> None:
    assert len(read_workbook(billion_laughs(), "CO").entries) == 1


def test_a_reader_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ALLOWED", replace(sheets.ALLOWED, seconds=0.001))
    with pytest.raises(WorkbookError, match="memory and time allowed"):
        sheets.read_sheets(GOOD)


def test_bytes_changed_anywhere_never_escape_as_another_error() -> None:
    for seed in range(60):
        start = zlib.crc32(seed.to_bytes(2, "big")) % len(GOOD)
        try:
            sheets.read_sheets(damaged(start, 12))
        except WorkbookError:
            continue


def test_the_reader_knows_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "tells_its_environment.py"
    program.write_text("import json, os; print(json.dumps({'sheet': repr(dict(os.environ)), 'hidden': False}))")
    monkeypatch.setenv("DATABASE_URL", "postgresql://canary.example.org")
    monkeypatch.setattr("cci_app.contacts.sheets._READER", program)
    [sheet] = sheets.read_sheets(b"PK\x03\x04")
    assert "canary" not in sheet.name
    # It would tell, had it been given ours.
    told = subprocess.run([sys.executable, "-I", str(program)], capture_output=True, check=True).stdout
    assert b"canary" in told
