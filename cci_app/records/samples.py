"""Facts and people from files of a folder: `facts.yaml` and `people.yaml`, each a list."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cci_app.core.errors import InvalidInput
from cci_app.core.yaml_text import NotYaml, read_yaml
from cci_app.records.facts import keep_facts
from cci_app.records.people import keep_people

_KEEPERS: dict[str, Callable[[int, Any], int]] = {"facts": keep_facts, "people": keep_people}


def load_records(organisation_id: int, folder: Path) -> Iterator[str]:
    """Keep what the files say, by titles and references; says how many. Raises InvalidInput for what is no list."""
    for name, keep in _KEEPERS.items():
        path = folder / f"{name}.yaml"
        if not path.is_file():
            continue
        try:
            rows = read_yaml(path.read_text(encoding="utf-8"))
        except NotYaml as error:
            raise InvalidInput(f"{path.name} is no YAML: {error}") from error
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise InvalidInput(f"{path.name} has to be a list of entries")
        yield f"{name}: {keep(organisation_id, rows)} kept"
