"""The application's class."""

from collections.abc import Callable
from typing import Any

from flask import Flask


class Application(Flask):
    """A Flask whose views and hooks are plain functions, so that none is looked at for a coroutine in every request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func
