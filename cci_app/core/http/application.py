"""The application's class, and what reaches its views."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items
from werkzeug.routing import UnicodeConverter

from cci_app.core.text import storable


class StorableFields(ImmutableMultiDict[str, Any]):
    """The fields of a query or of a form, without what PostgreSQL cannot hold; files stay as they are.

    A part of a form whose name cannot be read has the empty one.
    """

    def __init__(self, fields: Any = ()) -> None:
        super().__init__(
            (storable(name or ""), storable(value) if isinstance(value, str) else value)
            for name, value in iter_multi_items(fields)
        )


class EdgeRequest(Request):
    """A request whose texts can be stored."""

    parameter_storage_class = StorableFields


class NameInPath(UnicodeConverter):
    """A part of an address. Nothing has a NUL in its name, so that nothing is found there."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.regex = self.regex.replace("[^/]", r"[^/\x00]")


class Application(Flask):
    """A Flask whose views and hooks are plain functions, so that none is looked at for a coroutine in every request."""

    request_class = EdgeRequest

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.url_map.converters |= {"default": NameInPath, "string": NameInPath}

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func
