"""A new file of the catalogue, brought in with a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cci_app.catalog.register import find_table
from tests.browser.test_docs import Complaints
from tests.catalog.ready import CARS, make_cars
from tests.conftest import Tenant
from tests.fakes.watching import barriers, too_wide

pytestmark = pytest.mark.browser


def test_a_file_is_compared_its_columns_told_and_it_replaces_the_rows(
    app: Flask, tenant: Tenant, signed_in: Callable[..., Page], address: str, tmp_path: Path
) -> None:
    make_cars(tenant)
    lines = (CARS / "cars.csv").read_text(encoding="utf-8").replace("precio", "importe").splitlines()
    file = tmp_path / "nuevos.csv"
    file.write_text("\n".join(lines[:91]), encoding="utf-8")
    page = signed_in(tenant, width=375, bypass_csp=True)
    complaints = Complaints(page, address)
    page.goto(f"{address}/admin/catalogs")
    assert barriers(page) == []
    page.set_input_files("input[name=file]", str(file))
    page.get_by_role("button", name="Ver la diferencia").click()
    expect(page.get_by_role("alert")).to_contain_text("Ninguna columna es Precio.")
    page.get_by_label("importe").select_option("price")
    page.get_by_role("button", name="Mostrar la diferencia otra vez").click()
    replace = page.get_by_role("button", name="Cargarlo y quitar 10 filas")
    expect(replace).to_be_visible()
    assert barriers(page) == []
    assert too_wide(page) <= 0
    assert find_table(tenant.organisation_id, "cars").row_count == 100
    replace.click()
    expect(page.get_by_role("status").filter(has_text="archivo nuevo")).to_be_visible()
    assert find_table(tenant.organisation_id, "cars").row_count == 90
    assert complaints.all() == []
