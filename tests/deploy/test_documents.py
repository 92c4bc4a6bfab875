"""What people read about settings and targets is what there is."""

import re
import subprocess
from pathlib import Path

from config import document

ROOT = Path(__file__).parents[2]


def test_the_table_of_settings_is_current() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text() == document.table(), "run `python -m config.document`"
    assert (ROOT / ".env.example").read_text() == document.example(), "run `python -m config.document`"


def test_every_heading_of_the_table_has_its_field() -> None:
    assert [heading for heading, _ in document.groups()] == list(document.HEADINGS.values())


def test_make_lists_every_target() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    assert re.findall(r"make ([a-z]+)", listed) == phony[1].split()
