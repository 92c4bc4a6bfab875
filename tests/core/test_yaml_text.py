"""YAML that people write: whatever it holds, what is wrong is said in one sentence."""

import pytest

from cci_app.core.yaml_text import NotYaml, read_yaml

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


def test_what_is_yaml_is_read() -> None:
    assert read_yaml("a: 1\nb: [x, y]") == {"a": 1, "b": ["x", "y"]}
