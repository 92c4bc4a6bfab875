"""Exports into a folder: whole or not at all, under names that every system takes."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from cci_app.core.errors import Conflict, InvalidInput
from cci_app.exports.destinations.folder import Folder
from cci_app.exports.destinations.registry import destination
from cci_app.integrations.errors import DeliveryFailed
from cci_app.integrations.names import mended
from tests.conftest import Tenant
from tests.exports.parcels import Recorded, parcel


def test_an_export_takes_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    folder = tmp_path / "shared" / "exports"
    into = Folder(folder)
    progress = Recorded()
    assert into.deliver(parcel(tmp_path, b"first"), progress) == (folder / "export.csv").as_uri()
    into.deliver(parcel(tmp_path, b"second"), progress)
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [("export.csv", b"second")]
    assert progress.done == [(5, 5), (6, 6)]


def test_a_write_that_breaks_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "exports"
    into = Folder(folder)
    into.deliver(parcel(tmp_path, b"first"), Recorded())

    def broken(source: Any, target: Any) -> None:
        target.write(b"a part of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "copyfileobj", broken)
    with pytest.raises(KeyboardInterrupt):
        into.deliver(parcel(tmp_path, b"second"), Recorded())
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [("export.csv", b"first")]


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    into = Folder(tmp_path / "file")
    with pytest.raises(DeliveryFailed, match="EXPORT_FOLDER"):
        into.deliver(parcel(tmp_path, b"x"), Recorded())


def test_a_destination_is_refused_where_it_cannot_serve(
    app: Flask, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = app.config["SETTINGS"]
    monkeypatch.setitem(app.config, "SETTINGS", before.model_copy(update={"default_organisation": tenant.slug}))
    for name in ("fax", "folder:mine", "sharepoints", ""):
        with pytest.raises(InvalidInput, match="there is no destination"):
            destination(name, tenant.organisation_id)
    with pytest.raises(InvalidInput, match="EXPORT_FOLDER"):
        destination("folder", tenant.organisation_id)
    monkeypatch.setitem(app.config, "SETTINGS", before.model_copy(update={"export_folder": tmp_path}))
    with pytest.raises(Conflict, match="another organisation"):
        destination("folder", tenant.organisation_id)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("conversations 2026-01-01.csv", "conversations 2026-01-01.csv"),
        ("Été & année.xlsx", "Été & année.xlsx"),
        ('a"b*c:d<e>f?g/h\\i|j.csv', "a-b-c-d-e-f-g-h-i-j.csv"),
        ("  ..~$draft. ", "-draft"),
        ("../../etc/passwd", "-..-etc-passwd"),
        ("~$x.xlsx", "-x.xlsx"),
        ("con.csv", "-con.csv"),
        ("contacts.csv", "contacts.csv"),
        ("a_vti_b", "a-vti-b"),
        ("line\nbreak\x00", "line-break-"),
        ("...", "export"),
        ("x" * 300 + ".json", "x" * 195 + ".json"),
    ],
)
def test_names_are_mended(name: str, expected: str) -> None:
    assert mended(name) == expected
