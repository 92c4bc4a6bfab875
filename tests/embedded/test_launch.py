"""What a run tells the person who started it, and what it gives to whom."""

import io
from pathlib import Path

import pytest

from cci_app.embedded.console import Console
from cci_app.embedded.launch import Launch
from cci_app.embedded.local import Local
from cci_app.embedded.supervisor import Supervisor
from config.settings import Settings

OWNER = {"CCI_OWNER_EMAIL": "owner@example.org", "CCI_OWNER_PASSWORD": "abcde-fghij"}


def test_commands_may_look_across_organisations_and_the_web_may_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://web@127.0.0.1/cci")
    monkeypatch.setenv("SYSTEM_DATABASE_URL", "postgresql://worker@127.0.0.1/cci")
    console = Console(io.StringIO())
    with Local(tmp_path / "state") as local:
        local.keep(CCI_API_KEY="cci_one", CCI_ADMIN_KEY="cci_two", **OWNER)
        launch = Launch(Settings(), local, Supervisor(console, local.subfolder("parts")), console)
        launch._tell()
        told = local.credentials.read_text().splitlines()
    assert "DATABASE_URL=postgresql://web@127.0.0.1/cci" in told
    assert "SYSTEM_DATABASE_URL=postgresql://worker@127.0.0.1/cci" in told
    assert launch._environment("worker")["SYSTEM_DATABASE_URL"] == "postgresql://worker@127.0.0.1/cci"
    assert launch._environment("web")["SYSTEM_DATABASE_URL"] == ""


def test_the_owners_password_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://web@127.0.0.1/cci")
    said = []
    with Local(tmp_path / "state") as local:
        local.keep(CCI_API_KEY="cci_one", CCI_ADMIN_KEY="cci_two", **OWNER)
        for _ in range(2):
            screen = io.StringIO()
            console = Console(screen)
            Launch(Settings(), local, Supervisor(console, local.subfolder("parts")), console)._tell()
            said.append(screen.getvalue())
        kept = local.credentials.read_text()
    assert "/login as owner@example.org" in said[0]
    assert ["abcde-fghij" in each for each in said] == [True, False]
    assert "CCI_OWNER_PASSWORD=abcde-fghij" in kept
