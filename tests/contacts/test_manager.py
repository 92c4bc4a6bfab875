"""What callers outside and the command line see of the contact book."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from cci_app.contacts.errors import WorkbookError
from cci_app.contacts.manager import get_contacts_manager
from cci_app.core.errors import Conflict, NotFound
from tests.conftest import Tenant
from tests.fakes.workbooks import contacts

SAMPLE = Path(__file__).parents[2] / "config" / "samples" / "contacts.xlsx"


@pytest.fixture
def default(app: Flask, tenant: Tenant) -> Iterator[Flask]:
    """An application whose default organisation is the test's own and whose workbook is the sample."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = before.model_copy(
        update={"default_organisation": tenant.slug, "contacts_excel_path": str(SAMPLE)}
    )
    yield app
    app.config["SETTINGS"] = before


def use(app: Flask, path: Path | None) -> None:
    changed = {"contacts_excel_path": str(path) if path else None}
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update=changed)


def test_the_manager_knows_who_writes(default: Flask) -> None:
    manager = get_contacts_manager()
    assert manager.count == 0
    assert manager.get_contact_info("+573001234567") is None
    assert manager.reload()["added"] == 41
    assert manager.count == 41
    found = manager.get_contact_info("+57 300 1234567")
    assert found is not None
    assert (found["first_name"], found["company"], found["city"]) == ("Camille", "Vinos del Valle SAS", "Bogotá")
    assert manager.get_contact_info("manychat:1") is None
    assert manager.reload()["unchanged"] == 41


def test_a_reload_that_fails_changes_nothing(default: Flask, tmp_path: Path) -> None:
    manager = get_contacts_manager()
    manager.reload()
    use(default, tmp_path / "missing.xlsx")
    with pytest.raises(WorkbookError):
        get_contacts_manager().reload()
    use(default, None)
    with pytest.raises(Conflict):
        get_contacts_manager().reload()
    assert manager.count == 41


def test_without_its_organisation_the_manager_says_so(default: Flask) -> None:
    default.config["SETTINGS"] = default.config["SETTINGS"].model_copy(update={"default_organisation": "nobody"})
    with pytest.raises(NotFound, match="nobody"):
        get_contacts_manager()


def test_the_commands(default: Flask, tmp_path: Path) -> None:
    runner = default.test_cli_runner()
    workbook = tmp_path / "book.xlsx"
    workbook.write_bytes(contacts(("3001234567", "Una"), ("nada", "Dos"), ("3001234567", "Tres")))

    checked = runner.invoke(args=["contacts", "check", str(workbook)])
    assert (checked.exit_code, checked.stdout.splitlines()[-1]) == (0, "1 contacts, 1 rows left out")
    assert "Celular: phone" in checked.stdout
    assert checked.stderr.splitlines() == [
        "row 2: the same phone stands in row 4, which is used",
        "row 3: the phone has no digits",
    ]
    assert get_contacts_manager().count == 0

    loaded = runner.invoke(args=["contacts", "load", str(workbook)])
    assert loaded.exit_code == 0
    assert loaded.stdout.endswith("\n1 contacts: 1 added, 0 changed, 0 removed\n")
    assert "sheet Contactos: 1 contacts" in loaded.stdout
    again = runner.invoke(args=["contacts", "load"])
    assert again.stdout.endswith("\n41 contacts: 40 added, 1 changed, 0 removed\n")
    refused = runner.invoke(args=["contacts", "load", str(workbook)])
    assert refused.exit_code == 1
    assert "remove 40 of 41 contacts" in refused.stderr
    assert "run it again with --confirm=40" in refused.stderr
    assert get_contacts_manager().count == 41
    meant = runner.invoke(args=["contacts", "load", str(workbook), "--confirm", "40"])
    assert meant.stdout.endswith("1 changed, 40 removed\n")

    workbook.write_bytes(b"%PDF-1.7")
    for command in ("check", "load"):
        refused = runner.invoke(args=["contacts", command, str(workbook)])
        assert refused.exit_code == 1
        assert "Error: the file is no Excel workbook but a PDF document" in refused.stderr
    assert get_contacts_manager().count == 1
