"""Tables for tests: the cars of the samples, and homes, which have nothing of a car."""

from typing import Any

import yaml

from cci_app.catalog.declaration import TableDeclaration, read_declaration
from cci_app.catalog.register import Table, declare, find_table, load_rows
from tests.conftest import SAMPLES, Tenant

CARS = SAMPLES / "autos"
HOMES: dict[str, Any] = {
    "name": "homes",
    "title": "Viviendas",
    "key": "ref",
    "noun": "vivienda",
    "nouns": "viviendas",
    "line": "{kind} en {city}, {rooms}, {rent}",
    "attributes": {
        "ref": {"kind": "text", "label": "Referencia"},
        "kind": {
            "kind": "choice",
            "label": "Tipo",
            "required": True,
            "values": {"Departamento": ["depa", "apartamento"]},
        },
        "city": {"kind": "choice", "label": "Ciudad", "required": True},
        "rooms": {"kind": "number", "label": "Habitaciones", "unit": "hab.", "units": ["recámaras", "habitaciones"]},
        "rent": {"kind": "money", "label": "Renta", "required": True, "least": "500", "most": "200000"},
        "garden": {"kind": "flag", "label": "Jardín"},
    },
}
HOME_ROWS = """ref;Tipo;Ciudad;Habitaciones;Renta;Jardín;Notas
H-1;Casa;Puebla;3;"12,500";sí;=1+1
H-2;Departamento;Puebla;2;8500.50;;
H-3;Departamento;Mérida;1;$6,000;no;<b>x</b>
""".encode()


def cars_declaration() -> TableDeclaration:
    """The samples' declaration."""
    return read_declaration(yaml.safe_load((CARS / "cars.yaml").read_text(encoding="utf-8")))


def make_cars(tenant: Tenant) -> Table:
    """The samples' hundred cars."""
    declare(tenant.organisation_id, cars_declaration())
    load_rows(tenant.organisation_id, "cars", (CARS / "cars.csv").read_bytes())
    return find_table(tenant.organisation_id, "cars")


def make_homes(tenant: Tenant) -> Table:
    """Three homes."""
    declare(tenant.organisation_id, read_declaration(HOMES))
    load_rows(tenant.organisation_id, "homes", HOME_ROWS)
    return find_table(tenant.organisation_id, "homes")


def make_book(tenant: Tenant) -> None:
    """A table by the name of the API's examples, to be filled from the sample of contacts."""
    declaration = {
        "name": "cars",
        "title": "Libro",
        "key": "phone",
        "noun": "persona",
        "nouns": "personas",
        "line": "{phone}",
        "attributes": {
            "phone": {"kind": "text", "label": "Celular"},
            "company": {"kind": "text", "label": "Empresa"},
        },
    }
    declare(tenant.organisation_id, read_declaration(declaration))
