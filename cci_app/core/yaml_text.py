"""Reads YAML that people write."""

from typing import Any

import yaml

# Where PyYAML was built without the C library, its own.
_OF_OURS = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class NotYaml(ValueError):  # noqa: N818
    """A text that is no YAML, or whose values are none; the message says so, with the line where that is known."""


def read_yaml(text: str, *, ours: bool = False) -> Any:
    """What the text holds. Raises NotYaml.

    One that is `ours` may be read by libyaml: ten times as quick, and no match for whoever nests a million lists.
    """
    try:
        return yaml.load(text, _OF_OURS if ours else yaml.SafeLoader)  # noqa: S506 (both are safe ones)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise NotYaml(f"this is no YAML{f', at line {mark.line + 1}' if mark else ''}") from None
    except RecursionError:
        raise NotYaml("nested too deeply") from None
    except (ValueError, LookupError, AttributeError):
        # What PyYAML raises for the 30th of February, a number of 5,000 digits, and a tag whose text is none of it.
        raise NotYaml("this is no YAML: one of its values, such as a date, is none") from None
