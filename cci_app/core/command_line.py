"""What commands tell when they cannot do what was asked."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy.exc import ProgrammingError

from cci_app.core.audit import acting_for
from cci_app.core.errors import CciError


@contextmanager
def plainly() -> Iterator[None]:
    """End a command that cannot be done with a sentence; what it does is recorded as the command line's."""
    try:
        with acting_for("command", "command line"):
            yield
    except CciError as error:
        raise click.ClickException(error.message) from error
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        raise click.ClickException(
            "this login of the database may not do that: name one that may in SYSTEM_DATABASE_URL"
            " (after `make run`: set -a; . .local/credentials.env)"
        ) from error
