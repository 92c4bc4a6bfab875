"""Tables from files of a folder: `NAME.yaml` declares one, `NAME.csv` or `NAME.xlsx` beside it are its rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cci_app.catalog.declaration import read_declaration
from cci_app.catalog.register import declare, find_table, load_rows
from cci_app.core.errors import InvalidInput, NotFound
from cci_app.core.yaml_text import NotYaml, read_yaml

_ROWS: Final = (".csv", ".xlsx")


def load_tables(organisation_id: int, folder: Path) -> Iterator[str]:
    """Declare and fill the tables that are not there yet, and say so of each; one that has rows stays as it is.

    Raises InvalidInput and TableRefused for a file that is no table.
    """
    if not folder.is_dir():
        raise InvalidInput(f"there is no folder {folder}")
    for path in sorted(folder.glob("*.yaml")):
        rows = next((each for each in map(path.with_suffix, _ROWS) if each.is_file()), None)
        if rows is None:
            continue
        kept = _rows_of(organisation_id, path.stem)
        if kept:
            yield f"table {path.stem}: {kept} rows, kept as they are"
            continue
        declaration = read_declaration(declaration_in(path))
        if declaration.name != path.stem:
            raise InvalidInput(f"{path.name} declares the table {declaration.name}: call the file by its name")
        declare(organisation_id, declaration)
        difference = load_rows(organisation_id, path.stem, rows.read_bytes())
        yield f"table {path.stem}: {len(difference.added)} rows loaded"


def declaration_in(path: Path) -> object:
    """What a YAML file holds. Raises InvalidInput for what is none."""
    try:
        return read_yaml(path.read_text(encoding="utf-8"))
    except (NotYaml, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path.name} is no YAML: {error}") from error


def _rows_of(organisation_id: int, name: str) -> int:
    try:
        return find_table(organisation_id, name).row_count
    except NotFound:
        return 0
