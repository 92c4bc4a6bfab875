"""The application that has an agent of the organisation's own, for code of that agent which has lost its context.

A thread that the agent starts, or an executor of its own, knows nothing of the request that it works for.
"""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, has_app_context

_applications: "list[weakref.ref[Flask]]" = []


def put_to_work(app: Flask) -> None:
    """Have code without a context run in this application from now on."""
    _applications[:] = [weakref.ref(app)]


def at_work() -> Flask | None:
    """The application that was put to work last in this process; None where there is none."""
    return _applications[0]() if _applications else None


@contextmanager
def application_context() -> Iterator[None]:
    """The present context, or else that of the application at work; as it is where there is neither."""
    app = None if has_app_context() else at_work()
    if app is None:
        yield
        return
    with app.app_context():
        yield
