"""The product with its protection off, for negative controls: a counter that cannot rise proves nothing.

The protection is taken off here, in a process of the benchmark; the product has no switch for it.
"""

import json
from typing import Any

import cci_app.core.http.errors
import cci_app.core.http.fields
import cci_app.core.http.parser
import cci_app.exports.record
import cci_app.whatsapp.schemas
from cci_app import after_fork, before_exit

__all__ = ["after_fork", "app", "before_exit"]


def _as_it_came(text: str) -> str:
    return text


def _any_json(body: bytes) -> Any:
    return json.loads(body)


def _no_envelope(_app: Any) -> None:
    """Leave Flask's own error pages."""


vars(cci_app.core.http.fields)["clean"] = _as_it_came
vars(cci_app.whatsapp.schemas)["clean"] = _as_it_came
vars(cci_app.core.http.parser)["parse_json"] = _any_json
vars(cci_app.exports.record)["guarded_sql"] = _as_it_came
vars(cci_app.core.http.errors)["init_errors"] = _no_envelope

from wsgi import app  # noqa: E402 (made from the changed parts)
