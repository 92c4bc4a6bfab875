"""Runs migrations as the tables' owner, with limits on how long they may wait for or hold a lock."""

import sqlalchemy as sa
from alembic import context
from flask import current_app

from config.settings import Settings


def _run() -> None:
    settings: Settings = current_app.config["SETTINGS"]
    metadata = current_app.extensions["migrate"].db.metadata
    engine = sa.create_engine(settings.migrations_database, poolclass=sa.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, compare_type=True)
        with context.begin_transaction():
            # Inside the transaction, so that they also hold behind a pooler.
            connection.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
            connection.execute(sa.text("SET LOCAL statement_timeout = '10min'"))
            context.run_migrations()
    engine.dispose()


_run()
