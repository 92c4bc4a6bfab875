"""What the documents say of the house is what stands."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def floors_of_the_linter() -> list[set[str]]:
    """The rooms of each floor, from the ground up."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [{room.strip().removeprefix("cci_app.") for room in layer.split("|")} for layer in reversed(layers)]


def test_the_table_of_floors_is_the_linters() -> None:
    rows = re.findall(r"^\| +(\d+) \| (.*) \|$", (ROOT / "docs" / "architecture.md").read_text(), re.MULTILINE)
    told = {int(floor): {each.split("`")[1] for each in rooms.split(" · ")} for floor, rooms in rows}
    assert told == dict(enumerate(floors_of_the_linter(), start=1))


def test_every_room_has_a_floor_and_says_what_it_is_for() -> None:
    rooms = {path.parent.name: path.read_text() for path in (ROOT / "cci_app").glob("*/__init__.py")}
    assert rooms.keys() <= set.union(*floors_of_the_linter())
    assert [room for room, text in rooms.items() if not text.startswith('"""')] == []
