"""The tables that assistants find things in, and a new file whose difference is seen before it counts."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, current_app, request

from cci_app.catalog import register
from cci_app.catalog.query import Item, Search, items_by_key, run_search
from cci_app.catalog.rows import TableRefused
from cci_app.catalog.showing import item_line
from cci_app.core.errors import Conflict, InvalidInput
from cci_app.core.http.parser import reading_body
from cci_app.core.http.request import expect_form
from cci_app.dashboard.frame import go, organisation_id, page
from cci_app.dashboard.words import gettext

_SHOWN_ROWS: Final = 20
_SHOWN_FAULTS: Final = 50


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/catalogs")(show_catalogs)
    pages.get("/catalogs/<string:name>")(show_catalog)
    pages.post("/catalogs/<string:name>/compare")(compare_file)
    pages.post("/catalogs/<string:name>/replace")(replace_rows)


def show_catalogs() -> Any:
    """The tables; the only one at once."""
    tables = register.list_tables(organisation_id())
    if len(tables) == 1:
        return go(f"/admin/catalogs/{tables[0].name}")
    return page("catalogs", tables=tables)


def show_catalog(name: str) -> str:
    """A table: its first rows, what a file of it has to be, and the way to bring one."""
    whose = organisation_id()
    table = register.find_table(whose, name)
    found = run_search(whose, table, Search(limit=_SHOWN_ROWS))
    lines = [(each.key, item_line(table.declaration, each)) for each in found.items]
    return page(
        "catalog",
        table=table,
        lines=lines,
        several=len(register.list_tables(whose)) > 1,
        most_bytes=current_app.config["SETTINGS"].max_upload_bytes,
    )


def compare_file(name: str) -> str:
    """What a file would change, and how its columns were read; nothing changes yet."""
    data, columns, _ = _sent()
    return _compared(name, data, columns)


def replace_rows(name: str) -> Any:
    """Make the table what the file says: just what the member saw."""
    data, columns, seen = _sent()
    if not seen:
        raise InvalidInput(gettext("Look at the difference first."), details={"seen": ["Missing."]})
    try:
        register.load_rows(organisation_id(), name, data, columns, seen=seen)
    except Conflict:
        stale = gettext("The table or the file has changed since you looked: this is how they differ now.")
        return _compared(name, data, columns, stale)
    except TableRefused:
        return _compared(name, data, columns)
    return go(f"/admin/catalogs/{name}?replaced=true")


def _compared(name: str, data: bytes, columns: Mapping[str, str], stale: str | None = None) -> str:
    table = register.find_table(organisation_id(), name)
    difference, refused = None, None
    try:
        difference = register.compare_rows(organisation_id(), name, data, columns)
    except TableRefused as error:
        refused = error
    details: Mapping[str, Any] = refused.details if refused else {}
    return page(
        "catalog_difference",
        table=table,
        told=difference.as_dict() if difference else None,
        lines=_lines(table, difference) if difference else {},
        seen=difference.tag if difference else "",
        read_as=difference.columns if difference else details.get("read_as", {}),
        problem=refused.message if refused and not {"missing", "bad_rows"} & set(details) else None,
        missing=[table.declaration.attributes[each].label for each in details.get("missing", ())],
        faults=_faults(details.get("bad_rows", ())[:_SHOWN_FAULTS]),
        faults_count=details.get("bad_rows_count", 0),
        stale=stale,
    )


def _lines(table: register.Table, difference: register.TableDifference) -> dict[str, str]:
    """The rows that are shown of a difference, as people read them."""
    rows = [*difference.added[: register.EXAMPLES], *(row for row, _ in difference.changed[: register.EXAMPLES])]
    gone = items_by_key(organisation_id(), table, difference.removed[: register.EXAMPLES])
    items = [*(Item(row.key, row.values) for row in rows), *gone]
    return {each.key: item_line(table.declaration, each) for each in items}


def _sent() -> tuple[bytes, Mapping[str, str], str]:
    """The file of the form, what its headers are said to be, and the difference that was seen. Raises InvalidInput."""
    expect_form(current_app.config["SETTINGS"].max_upload_bytes)
    with reading_body():
        file = request.files.get("file")
        if file is None or not file.filename:
            raise InvalidInput(gettext("Choose the file first."), details={"file": ["Missing."]})
        form = request.form
        # Another file than the one that was looked at may have other headers: they say nothing of it.
        told = dict(zip(form.getlist("header"), form.getlist("attribute"), strict=False))
        return file.stream.read(), told, form.get("seen", "")


def _faults(rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, list[str]]]:
    """Each wrong row by its number, and what is wrong with its cells in the language of the page."""
    said = {
        "too_long": gettext("is longer than %(most)s characters"),
        "neither": gettext("is neither yes (%(yes)s) nor no: “%(written)s”"),
        "no_number": gettext("is no number: “%(written)s”"),
        "no_year": gettext("is no year: “%(written)s”"),
        "too_small": gettext("is %(number)s, and at least %(bound)s is expected"),
        "too_large": gettext("is %(number)s, and at most %(bound)s is expected"),
        "empty": gettext("is empty"),
        "repeated": gettext("%(key)s stands in row %(row)s already"),
    }
    return [
        (row["row"], [f"{cell['column']} {said[cell['fault']] % cell['told']}" for cell in row["cells"]])
        for row in rows
    ]
