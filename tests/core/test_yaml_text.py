"""YAML that people write: whatever it holds, what is wrong is said in one sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cci_app.assistants.chatbots.templates import load_templates
from cci_app.assistants.files import load_spec
from cci_app.core.errors import CannotStart
from cci_app.core.yaml_text import NotYaml, read_yaml
from cci_app.llm.prices import Prices
from cci_app.usage.plans import load_plans

WRONG = {
    "a: [1": "this is no YAML, at line 1",
    "a: 1\nb: *nobody": "this is no YAML, at line 2",
    "since: 2026-02-30": "one of its values",
    "at: 2026-01-15 25:00:00": "one of its values",
    f"sum: {'9' * 5000}": "one of its values",
    "!!int ''": "one of its values",
    "!!bool perhaps": "one of its values",
    "!!timestamp soon": "one of its values",
    "[" * 5000: "nested too deeply",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=range(len(WRONG)))
def test_what_is_no_yaml_is_said(text: str, said: str) -> None:
    with pytest.raises(NotYaml, match=said):
        read_yaml(text)


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_no_yaml_of_ours_is_said_as_well(text: str) -> None:
    with pytest.raises(NotYaml, match="no YAML"):
        read_yaml(text, ours=True)


@pytest.mark.parametrize("ours", [False, True])
def test_what_is_yaml_is_read(ours: bool) -> None:
    assert read_yaml("a: 1\nb: [x, y]", ours=ours) == {"a": 1, "b": ["x", "y"]}


@pytest.mark.parametrize("read", [Prices.load, load_plans, load_spec, lambda path: load_templates(path.parent)])
def test_a_file_with_a_day_that_is_none_is_named_at_the_start(read: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "written.yaml"
    path.write_text("since: 2026-02-30", encoding="utf-8")
    with pytest.raises(CannotStart, match=r"written\.yaml: this is no YAML: one of its values"):
        read(path)
