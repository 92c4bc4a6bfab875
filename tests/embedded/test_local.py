"""What stays in `.local`: one run at a time, secrets for us alone, credentials that a shell can read."""

import subprocess
from pathlib import Path

import pytest

from cci_app.embedded import CannotStart
from cci_app.embedded.local import Local


def test_a_second_run_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    with Local(tmp_path / "state") as first:
        first.announce("http://127.0.0.1:8000")
        with pytest.raises(CannotStart, match=r"already runs .*http://127\.0\.0\.1:8000"), Local(tmp_path / "state"):
            pass
    with Local(tmp_path / "state"):
        pass


def test_secrets_are_made_once(tmp_path: Path) -> None:
    with Local(tmp_path / "state") as first:
        secret = first.secret("secret_key")
    with Local(tmp_path / "state") as second:
        assert second.secret("secret_key") == secret
    assert (tmp_path / "state" / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_credentials_are_for_a_shell_and_for_us_alone(tmp_path: Path) -> None:
    with Local(tmp_path / "state") as local:
        local.write_credentials({"CCI_URL": "http://127.0.0.1:8000", "CCI_API_KEY": "it's $HOME & more"})
    script = '. "$1/state/credentials.env"; printf %s "$CCI_API_KEY"'
    printed = subprocess.run(["sh", "-c", script, "sh", str(tmp_path)], capture_output=True, check=True, text=True)
    assert printed.stdout == "it's $HOME & more"
    assert local.credentials.stat().st_mode & 0o777 == 0o600
