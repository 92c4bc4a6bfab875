"""Write the statements of each migration into a file of its own, as a new PostgreSQL gets them: for squawk.

`python -m deploy.statements FOLDER`; the PostgreSQL is the one of `make test`.
"""

import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask_migrate import upgrade
from pydantic import SecretStr

from cci_app import create_app
from cci_app.embedded.postgres import EmbeddedPostgres
from config.settings import Environment, Settings

# What Alembic asks, and what is set around a migration.
_AROUND = ("SELECT", "SET LOCAL", "CREATE TABLE alembic_version")
# Its note ends a migration.
_NOTED = re.compile(r"(?:INSERT INTO|UPDATE) alembic_version .*?'(\w+)'")


def write(folder: Path) -> int:
    """Run all migrations, each into its file; returns how many there were."""
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        noted = _NOTED.match(statement)
        if noted:
            (folder / f"{noted[1]}.sql").write_text("".join(heard))
            heard.clear()
        elif not statement.lstrip().startswith(_AROUND):
            heard.append(statement.strip().rstrip(";") + ";\n")

    with tempfile.TemporaryDirectory() as place, EmbeddedPostgres(Path(place), durable=False) as postgres:
        url = postgres.superuser_url().replace("postgresql://", "postgresql+psycopg2://")
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE EXTENSION vector")
        address = SecretStr(url)
        settings = Settings(
            environment=Environment.TEST,
            database_url=address,
            migrations_database_url=address,
            system_database_url=address,
        )
        sa.event.listen(sa.Engine, "before_cursor_execute", hear)
        with create_app(settings).app_context():
            upgrade()
    return len(list(folder.glob("*.sql")))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    if not write(target):
        raise SystemExit("no migration was run")
