"""Statements that PostgreSQL reads and plans once for each connection, and then only executes.

A message's way is a few large statements: half of what they cost the server is reading and planning them anew. Each is
prepared under a name that is drawn from its text, so that a name means one text in whatever connection it is found.
Behind a pooler that hands one connection to many, a statement may be there or not: the first time that one is missing
where it was made, this process prepares no more and sends its statements as they are.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg2
import structlog
from psycopg2 import errors

log = structlog.get_logger(__name__)

_PARAMETER = re.compile(r"%\((\w+)\)s")
# The result's columns changed since it was prepared: a migration ran meanwhile.
_OUTDATED = "cached plan must not change result type"


@dataclass(frozen=True, slots=True)
class PreparedStatement:
    """A statement in its two forms, after what sets its scope; both with the driver's own parameters."""

    name: str
    scope: str
    making: str
    executing: str


def prepared(scope: str, statement: str) -> PreparedStatement:
    """Divide a statement of named parameters into its making and its execution."""
    names = list(dict.fromkeys(_PARAMETER.findall(statement)))
    numbered = _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", statement)
    name = f"cci_{hashlib.sha256(numbered.encode()).hexdigest()[:24]}"
    given = ", ".join(f"%({each})s" for each in names)
    return PreparedStatement(name, scope, f"PREPARE {name} AS {numbered}", f"EXECUTE {name}({given})")


class Preparing:
    """Executes prepared statements, as long as that goes well."""

    def __init__(self) -> None:
        self.goes_well = True

    def execute(self, cursor: Any, made: set[str], statement: PreparedStatement, values: Mapping[str, Any]) -> bool:
        """Execute a statement on a connection on which those of the names `made` were prepared.

        Returns False, with nothing done, where it has to be sent as it is. Raises psycopg2's errors of the statement.
        """
        if not self.goes_well:
            return False
        is_made = statement.name in made
        try:
            making = "" if is_made else f"{statement.making}; "
            cursor.execute(f"{statement.scope}; {making}{statement.executing}", values)
        except errors.DuplicatePreparedStatement:
            # It was made, and failed when it was executed; or a pooler's other client made it.
            made.add(statement.name)
            return self.execute(cursor, made, statement, values)
        except (errors.InvalidSqlStatementName, errors.FeatureNotSupported) as error:
            if isinstance(error, errors.FeatureNotSupported) and _OUTDATED not in str(error):
                raise
            self._give_up(error)
            return False
        made.add(statement.name)
        return True

    def _give_up(self, error: psycopg2.Error) -> None:
        self.goes_well = False
        log.warning("statements_not_prepared", error=type(error).__name__)


preparing = Preparing()
