"""Requests and answers of tables, as the API's description shows them."""

from typing import Any

DECLARATION: dict[str, Any] = {
    "title": "Autos",
    "key": "stock_id",
    "noun": "auto",
    "nouns": "autos",
    "line": "{make} {model} · {price}",
    "attributes": {
        "stock_id": {"kind": "text", "label": "Folio", "columns": ["id"]},
        "make": {"kind": "choice", "label": "Marca", "required": True},
        "model": {"kind": "choice", "label": "Modelo", "within": "make"},
        "price": {"kind": "money", "label": "Precio", "least": "1000", "less": ["barato"], "more": ["caro"]},
    },
}
TABLE: dict[str, Any] = {
    "name": "cars",
    "title": "Autos",
    "rows": 100,
    "loaded_at": "2026-01-15T09:30:00+00:00",
    "declaration": {"name": "cars", **DECLARATION},
}
TABLES: dict[str, Any] = {"tables": [TABLE]}
REMOVED: dict[str, Any] = {"name": "cars", "removed": True}
DIFFERENCE: dict[str, Any] = {
    "columns": {"id": "stock_id", "Marca": "make", "Precio": "price", "Notas": None},
    "rows": 100,
    "added": 2,
    "changed": 1,
    "removed": 1,
    "unchanged": 97,
    "examples": {
        "added": [{"key": "A-101", "row": 100}, {"key": "A-102", "row": 101}],
        "changed": [{"key": "A-007", "row": 8, "changed": ["price"]}],
        "removed": [{"key": "A-003"}],
    },
}
