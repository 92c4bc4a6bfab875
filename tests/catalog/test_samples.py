"""What a new installation has: the seller's table and its documents, loaded once and kept as they are."""

from pathlib import Path

import pytest
from flask import Flask

from cci_app.admin.seeding import load_samples
from cci_app.catalog.register import find_table, load_rows
from cci_app.catalog.rows import TableRefused
from cci_app.catalog.samples import load_tables
from cci_app.core.errors import InvalidInput
from config.settings import Settings
from tests.catalog.ready import CARS
from tests.conftest import Tenant

ONE_CAR = "folio,marca,modelo,año,km,precio\nB-1,Mazda,3,2020,10000,250000\n".encode()


def test_a_new_installation_has_the_sellers_table_and_documents(app: Flask, tenant: Tenant) -> None:
    settings = Settings(catalog_path=CARS, contacts_excel_path=None, knowledge_path=None, records_path=None)
    told = list(load_samples(tenant.organisation_id, settings))
    assert told == ["table cars: 100 rows loaded", "documents of autos: 6, of which 6 were read now"]
    load_rows(tenant.organisation_id, "cars", ONE_CAR)
    told = list(load_samples(tenant.organisation_id, settings))
    assert told == ["table cars: 1 rows, kept as they are", "documents of autos: 6, of which 0 were read now"]
    assert find_table(tenant.organisation_id, "cars").row_count == 1


def test_a_file_without_rows_is_no_table_and_a_wrong_one_is_told(app: Flask, tenant: Tenant, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no folder"):
        list(load_tables(tenant.organisation_id, tmp_path / "none"))
    (tmp_path / "alone.yaml").write_text("no: table")
    assert list(load_tables(tenant.organisation_id, tmp_path)) == []
    declaration = (CARS / "cars.yaml").read_text(encoding="utf-8")
    (tmp_path / "vans.yaml").write_text(declaration, encoding="utf-8")
    (tmp_path / "vans.csv").write_bytes(ONE_CAR)
    with pytest.raises(InvalidInput, match=r"vans\.yaml declares the table cars"):
        list(load_tables(tenant.organisation_id, tmp_path))
    (tmp_path / "vans.yaml").write_text(declaration.replace("name: cars", "name: vans"), encoding="utf-8")
    (tmp_path / "vans.csv").write_bytes(ONE_CAR.replace(b"250000", b"3"))
    with pytest.raises(TableRefused, match="row 2: precio is 3, less than 10000"):
        list(load_tables(tenant.organisation_id, tmp_path))
    assert find_table(tenant.organisation_id, "vans").row_count == 0
