"""What the API tells of how a document was read."""

from pathlib import Path

import pytest

from cci_app.knowledge.reading import process
from cci_app.knowledge.reading.document import Caution, Omission, Reason, Report, UnreadableDocument
from cci_app.knowledge.reading.extraction import extract
from cci_app.knowledge.reading.kinds import DocumentKind
from cci_app.knowledge.reading.report import report_of, written
from tests.knowledge.desk import Desk


def test_a_report_says_who_read_what_and_what_was_left_out(desk: Desk) -> None:
    page = (
        b"<html><body><nav>Accueil Services</nav><main><h1>Visas</h1><p>Nous suivons votre dossier.</p></main></body>"
    )
    read = desk.done(desk.upload("visas.html", page))
    assert (read["status"], read["warnings"]) == ("ready", [])
    assert read["report"] == {
        "words": 4,
        "readers": {"lxml": 1},
        "odd_letters": 0.0,
        "left_out": {"menus_and_footers": 2},
    }
    listed = desk.call("GET").json
    assert listed is not None
    [document] = listed["documents"]
    assert document["warnings"] == []
    assert "report" not in document


def test_a_text_that_looks_wrong_is_ready_with_a_warning(desk: Desk) -> None:
    text = "Les horaires de la Chambre sont affichés à l'entrée. " * 3 + "\ufffd\ufffd\ufffd"
    read = desk.done(desk.upload("horaires.txt", text.encode()))
    assert read["status"] == "ready"
    [warning] = read["warnings"]
    assert (warning["code"], warning["pages"]) == ("odd_letters", [])
    assert all(warning[language].endswith(".") for language in ("en", "fr", "es"))
    listed = desk.call("GET").json
    assert listed is not None
    assert listed["documents"][0]["warnings"] == [warning]


def test_a_text_that_is_mostly_names_of_glyphs_is_not_ready() -> None:
    with pytest.raises(UnreadableDocument) as raised:
        extract("a.txt", b"Prix /four.alt1/five.alt1/zero.alt1 /g12/g13/g14")
    assert raised.value.reason is Reason.ODD_LETTERS


def test_addresses_with_points_are_no_names_of_glyphs() -> None:
    report = extract("a.txt", b"Lisez https://www.example.org/a/index.html et /docs/guide.pdf pour tout savoir.").report
    assert report is not None
    assert report.odd == 0


def test_a_report_survives_being_kept() -> None:
    report = Report(12, {"pypdf": 2}, 0.01, {Omission.COMMENTS: 3}, {Caution.PICTURES: (2, 4)})
    assert report_of(written(report)) == report
    assert report_of(None) is None


def test_a_program_that_fails_is_told_from_a_document_that_asks_too_much(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "program.py"
    for written_as, reason in (
        ("import nothing_of_this_name", Reason.READER_FAILED),
        ("raise MemoryError", Reason.TOO_COMPLEX),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Reason.TOO_COMPLEX),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", Reason.TOO_SLOW),
    ):
        broken.write_text(written_as)
        monkeypatch.setattr(process, "_READER", broken)
        with pytest.raises(UnreadableDocument) as raised:
            process.read("a.txt", b"Une phrase.", DocumentKind.TEXT)
        assert raised.value.reason is reason
