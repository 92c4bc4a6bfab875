"""A file becomes a table whole or not at all, and what is asked of it is counted as the file would be."""

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.catalog.cells import figure_in
from cci_app.catalog.declaration import read_declaration
from cci_app.catalog.query import (
    Aggregate,
    Calculation,
    Condition,
    Search,
    Sorting,
    items_by_key,
    next_page,
    run_calculation,
    run_search,
)
from cci_app.catalog.register import compare_rows, declare, find_table, load_rows
from cci_app.catalog.rows import TableRefused
from cci_app.core.errors import InvalidInput, NotFound
from tests.catalog.ready import CARS, HOME_ROWS, HOMES, make_cars, make_homes
from tests.conftest import Tenant, make_tenant

FILE = list(csv.DictReader((CARS / "cars.csv").read_text(encoding="utf-8").splitlines()))


def rewritten(change: Callable[[list[dict[str, str]]], None]) -> bytes:
    rows = [dict(row) for row in FILE]
    change(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def refused(tenant: Tenant, data: bytes) -> TableRefused:
    before = run_search(tenant.organisation_id, find_table(tenant.organisation_id, "cars"), Search(limit=50))
    with pytest.raises(TableRefused) as problem:
        load_rows(tenant.organisation_id, "cars", data)
    after = find_table(tenant.organisation_id, "cars")
    assert run_search(tenant.organisation_id, after, Search(limit=50)) == before
    return problem.value


def test_a_file_that_is_wrong_names_its_rows_and_changes_nothing(tenant: Tenant) -> None:
    make_cars(tenant)

    def spoil(rows: list[dict[str, str]]) -> None:
        rows[3]["precio"] = "3"
        rows[4]["precio"] = "barato"
        rows[5]["folio"] = rows[0]["folio"]
        rows[6]["marca"] = ""
        rows[7]["bluetooth"] = "quizás"
        rows[8]["año"] = "2019.5"

    wrong = refused(tenant, rewritten(spoil))
    told = {row["row"]: row["reason"] for row in wrong.details["bad_rows"]}
    assert list(told) == [5, 6, 7, 8, 9, 10]
    assert told[5] == "precio is 3, less than 10000, the least that can be"
    assert "no number: 'barato'" in told[6]
    assert told[7] == f"folio {FILE[0]['folio']} stands in row 2 already"
    assert told[8] == "marca is empty"
    assert "neither yes" in told[9]
    assert "no year" in told[10]
    assert "5, 6, 7, 8, 9, 10" in wrong.message


def test_a_file_without_a_column_that_is_needed_is_refused_unless_it_is_named(tenant: Tenant) -> None:
    make_cars(tenant)

    def rename(rows: list[dict[str, str]]) -> None:
        for row in rows:
            row["importe"] = row.pop("precio")

    renamed = rewritten(rename)
    wrong = refused(tenant, renamed)
    assert wrong.details["missing"] == ["price"]
    assert "Precio (price)" in wrong.message
    assert load_rows(tenant.organisation_id, "cars", renamed, {"importe": "price"}).unchanged == 100
    with pytest.raises(TableRefused, match="cost is no attribute"):
        load_rows(tenant.organisation_id, "cars", renamed, {"importe": "cost"})


def test_what_is_no_table_is_refused(tenant: Tenant) -> None:
    make_cars(tenant)
    header = ",".join(FILE[0]).encode()
    for data in (b"", b"%PDF-1.7 x", b"\x00\x01\x02", header, b"solo texto"):
        assert refused(tenant, data).message.startswith("nothing was changed")


def test_the_difference_is_shown_before_and_after(tenant: Tenant) -> None:
    assert make_cars(tenant).row_count == 100

    def change(rows: list[dict[str, str]]) -> None:
        rows[0]["precio"] = "222999"
        rows[1]["folio"] = "A-500"

    data = rewritten(change)
    planned = compare_rows(tenant.organisation_id, "cars", data).as_dict()
    counts = {name: planned[name] for name in ("rows", "added", "changed", "removed", "unchanged")}
    assert counts == {"rows": 100, "added": 1, "changed": 1, "removed": 1, "unchanged": 98}
    assert planned["examples"]["changed"] == [{"key": FILE[0]["folio"], "row": 2, "changed": ["price"]}]
    assert load_rows(tenant.organisation_id, "cars", data).as_dict() == planned
    assert compare_rows(tenant.organisation_id, "cars", data).unchanged == 100


def test_a_workbook_is_read_as_a_text_is(tenant: Tenant) -> None:
    make_cars(tenant)
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(list(FILE[0]))
    for row in FILE:
        sheet.append([int(value) if value.isdigit() else value for value in row.values()])
    out = io.BytesIO()
    book.save(out)
    assert compare_rows(tenant.organisation_id, "cars", out.getvalue()).unchanged == 100


def test_figures_are_read_as_people_write_them() -> None:
    written = ("461,999.00", "461.999,00", "$ 461 999", "461999 MXN", "461,999", "461'999")
    assert {figure_in(each) for each in written} == {Decimal(461999)}
    assert [figure_in(each) for each in ("12.5", "-3", "", "a", "1 2 3.4.5", "9" * 20)] == [
        *(Decimal("12.5"), Decimal(-3)),
        *(None, None, None, None),
    ]


def ids(tenant: Tenant, *conditions: Condition, **search: Any) -> list[str]:
    table = find_table(tenant.organisation_id, "cars")
    return [
        each.key for each in run_search(tenant.organisation_id, table, Search(conditions, limit=50, **search)).items
    ]


def test_filters_find_what_the_file_holds(tenant: Tenant) -> None:
    make_cars(tenant)
    conditions = (
        Condition("make", ("Nissan", "Mazda")),
        Condition("body", ("SUV",)),
        Condition("transmission", ("Automática",)),
        Condition("price", most=Decimal(450000)),
    )
    expected = [
        row
        for row in FILE
        if row["marca"] in {"Nissan", "Mazda"}
        and (row["carroceria"], row["transmision"]) == ("SUV", "Automática")
        and int(row["precio"]) <= 450000
    ]
    assert expected
    expected.sort(key=lambda row: int(row["precio"]))
    assert ids(tenant, *conditions, order=Sorting("price")) == [row["folio"] for row in expected]
    assert set(ids(tenant, Condition("make", ("Mazda",), unwanted=True), Condition("year", least=Decimal(2022)))) == {
        row["folio"] for row in FILE if row["marca"] != "Mazda" and int(row["año"]) >= 2022
    }
    assert set(ids(tenant, Condition("car_play"), Condition("length", most=Decimal(4000)))) == {
        row["folio"] for row in FILE if row["car_play"] and int(row["largo"]) <= 4000
    }


def test_pages_follow_each_other(tenant: Tenant) -> None:
    table = make_cars(tenant)
    search, seen = Search(order=Sorting("price", descending=True), limit=40), list[str]()
    while found := run_search(tenant.organisation_id, table, search).items:
        seen += [item.key for item in found]
        search = next_page(search)
    assert len(seen) == len(set(seen)) == 100


def test_the_nearest_are_told_where_nothing_fits(tenant: Tenant) -> None:
    table = make_cars(tenant)
    found = run_search(
        tenant.organisation_id, table, Search((Condition("make", ("Mazda",)), Condition("price", most=Decimal(50000))))
    )
    assert found.total == 0
    cheapest = min((row for row in FILE if row["marca"] == "Mazda"), key=lambda row: int(row["precio"]))
    assert (found.items[0].key, found.items[0].missed) == (cheapest["folio"], ("price",))
    assert len(found.items) == 3


def test_others_like_this_are_like_it(tenant: Tenant) -> None:
    table = make_cars(tenant)
    model = next(row for row in FILE if row["carroceria"] == "SUV" and row["transmision"] == "Automática")
    found = run_search(tenant.organisation_id, table, Search(like=model["folio"])).items
    assert model["folio"] not in {item.key for item in found}
    assert {item.values["body"] for item in found[:3]} == {"SUV"}
    price = Decimal(model["precio"])
    assert all(abs(Decimal(item.values["price"]) - price) < 150_000 for item in found[:3])
    assert run_search(tenant.organisation_id, table, Search(like="nothing")).items == ()


@pytest.mark.parametrize("by", [None, "make", "transmission"])
def test_figures_are_those_of_the_file(tenant: Tenant, by: str | None) -> None:
    table = make_cars(tenant)
    header = {"make": "marca", "transmission": "transmision"}
    groups: dict[str | None, list[int]] = {}
    for row in FILE:
        groups.setdefault(row[header[by]] if by else None, []).append(int(row["precio"]))
    expected: dict[Aggregate, Callable[[list[int]], Decimal]] = {
        Aggregate.COUNT: lambda prices: Decimal(len(prices)),
        Aggregate.SUM: lambda prices: Decimal(sum(prices)),
        Aggregate.AVERAGE: lambda prices: round(Decimal(sum(prices)) / len(prices), 2),
        Aggregate.LEAST: lambda prices: Decimal(min(prices)),
        Aggregate.MOST: lambda prices: Decimal(max(prices)),
    }
    for figure, of_prices in expected.items():
        found = run_calculation(tenant.organisation_id, table, (), Calculation(figure, "price", by))
        assert {group.value: group.figure for group in found} == {
            value: of_prices(prices) for value, prices in groups.items()
        }


def test_a_calculation_over_nothing_is_empty(tenant: Tenant) -> None:
    table = make_cars(tenant)
    conditions = (Condition("price", most=Decimal(1)),)
    assert run_calculation(tenant.organisation_id, table, conditions, Calculation(Aggregate.AVERAGE, "price")) == []


def test_any_table_serves(tenant: Tenant) -> None:
    table = make_homes(tenant)
    found = run_search(tenant.organisation_id, table, Search((Condition("garden"),)))
    assert [item.values for item in found.items] == [
        {"ref": "H-1", "kind": "Casa", "city": "Puebla", "rooms": "3", "rent": "12500", "garden": True}
    ]
    average = run_calculation(tenant.organisation_id, table, (), Calculation(Aggregate.AVERAGE, "rent", "city"))
    assert {group.value: group.figure for group in average} == {"Puebla": Decimal("10500.25"), "Mérida": Decimal(6000)}
    assert [item.key for item in items_by_key(tenant.organisation_id, table, ["H-3", "H-9", "H-1"])] == ["H-3", "H-1"]


def test_a_table_is_one_organisations(tenant: Tenant) -> None:
    table = make_homes(tenant)
    other = make_tenant(f"other-{tenant.slug}").organisation_id
    with pytest.raises(NotFound):
        find_table(other, "homes")
    assert run_search(other, table, Search()).items == ()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("key", "city"),
        ("line", "{nothing}"),
        ("attributes.rent.least", "300000"),
        ("attributes.city.within", "rent"),
        ("attributes.city.kind", "colour"),
        ("attributes", {"ref": {"kind": "text", "label": "x"}}),
    ],
)
def test_a_declaration_that_does_not_fit_together_is_refused(path: str, value: object) -> None:
    wrong: Any = json.loads(json.dumps(HOMES))
    *above, last = path.split(".")
    place = wrong
    for each in above:
        place = place[each]
    place[last] = value
    with pytest.raises(InvalidInput) as problem:
        read_declaration(wrong)
    assert problem.value.details


def test_a_new_declaration_reads_the_rows_that_are_there(tenant: Tenant) -> None:
    make_homes(tenant)
    changed = json.loads(json.dumps(HOMES))
    changed["attributes"]["city"]["words"] = ["ciudad"]
    table, new = declare(tenant.organisation_id, read_declaration(changed))
    assert (table.row_count, new) == (3, False)
    assert set(table.known.choices["city"]) == {"Puebla", "Mérida"}


def test_the_order_of_attributes_is_that_of_the_declaration(tenant: Tenant) -> None:
    make_homes(tenant)
    attributes = {"ref": HOMES["attributes"]["ref"], "rent": HOMES["attributes"]["rent"]}
    attributes["fee"] = {"kind": "money", "label": "Cuota"}
    declared = {**HOMES, "line": "{ref}", "attributes": attributes}
    declare(tenant.organisation_id, read_declaration(declared))
    kept = find_table(tenant.organisation_id, "homes").declaration
    assert list(kept.attributes) == ["ref", "rent", "fee"]
    assert kept.price == "rent"


def test_over_the_api(web: FlaskClient, tenant: Tenant) -> None:
    at = "/api/v1/catalogs/homes"
    assert web.get(at, headers=tenant.headers).status_code == 404
    declaration = {name: value for name, value in HOMES.items() if name != "name"}
    made = web.put(at, json=declaration, headers=tenant.headers)
    assert (made.status_code, made.json and made.json["rows"]) == (200, 0)

    def send(query: str = "", columns: str = "") -> Any:
        form: dict[str, Any] = {"file": (io.BytesIO(HOME_ROWS), "homes.csv")}
        return web.post(
            f"{at}/rows{query}", data=form | ({"columns": columns} if columns else {}), headers=tenant.headers
        )

    assert send("?dry_run=true").json["added"] == 3
    assert web.get(at, headers=tenant.headers).json["rows"] == 0  # type: ignore[index]
    assert send().json["columns"]["Notas"] is None
    assert send(columns='{"Renta": ""}').json["error"]["code"] == "table_refused"
    assert send(columns="[1").status_code == 422
    assert web.get("/api/v1/catalogs", headers=tenant.headers).json["tables"][0]["rows"] == 3  # type: ignore[index]
    assert web.delete(at, headers=tenant.headers).json == {"name": "homes", "removed": True}
    assert web.delete(at, headers=tenant.headers).status_code == 404


def test_from_the_command_line(app: Flask, tenant: Tenant, tmp_path: Any) -> None:
    run = app.test_cli_runner().invoke
    of = ["--organisation", tenant.slug]
    declared = run(args=["catalog", "declare", str(CARS / "cars.yaml"), *of])
    assert (declared.exit_code, "declared" in declared.stderr) == (0, True)
    tried = run(args=["catalog", "load", "cars", str(CARS / "cars.csv"), "--dry-run", *of])
    assert tried.stdout == "100 rows: 100 added, 0 changed, 0 removed, 0 unchanged\n"
    assert run(args=["catalog", "load", "cars", str(CARS / "cars.csv"), *of]).exit_code == 0
    assert run(args=["catalog", "list", *of]).stdout == "cars  100 rows  Autos seminuevos\n"
    bad = tmp_path / "bad.csv"

    def spoil(rows: list[dict[str, str]]) -> None:
        rows[9]["precio"] = "-5"
        rows[10]["precio"] = "99999999"
        rows[11]["folio"] = rows[0]["folio"]
        rows[12]["marca"] = ""

    bad.write_bytes(rewritten(spoil))
    wrong = run(args=["catalog", "load", "cars", str(bad), *of])
    assert wrong.exit_code == 1
    for line in (
        "row 11: precio is -5, less than 10000",
        "row 12: precio is 99999999, more than 10000000",
        f"row 13: folio {FILE[0]['folio']} stands in row 2 already",
        "row 14: marca is empty",
    ):
        assert line in wrong.stderr

    def rename(rows: list[dict[str, str]]) -> None:
        for row in rows:
            row["importe"] = row.pop("precio")

    bad.write_bytes(rewritten(rename))
    wrong = run(args=["catalog", "load", "cars", str(bad), *of])
    assert (wrong.exit_code, "no column is Precio (price)" in wrong.stderr) == (1, True)
    assert run(args=["catalog", "list", *of]).stdout == "cars  100 rows  Autos seminuevos\n"
