"""`python -m config.reach`: whether the database of DATABASE_URL lets this part in, as its exit status and a sentence.

Asked before a new part counts: it needs no API key, and costs no import of the application.
"""

import sys
from contextlib import closing

import psycopg2
from pydantic import ValidationError

from config.addresses import without_driver
from config.settings import get_settings, told

SECONDS = 4


def fault() -> str | None:
    """Why it does not; None where it does. Never the address, which may hold a password."""
    try:
        address = without_driver(get_settings().app_database)
    except ValidationError as error:
        return told(error)
    try:
        with closing(psycopg2.connect(address, connect_timeout=SECONDS)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except psycopg2.Error as error:
        return f"the database does not let this part in ({type(error).__name__}): look at DATABASE_URL"
    return None


if __name__ == "__main__":
    sys.exit(fault())
