"""Runs migrations as the tables' owner, with limits on how long they may wait for or hold a lock."""

import sqlalchemy as sa
from alembic import context
from flask import current_app

from config.settings import Settings


def _run() -> None:
    settings: Settings = current_app.config["SETTINGS"]
    metadata = current_app.extensions["migrate"].db.metadata
    engine = sa.create_engine(settings.migrations_database, poolclass=sa.NullPool)
    sa.event.listen(engine, "begin", _limit)
    with engine.connect() as connection:
        # A migration that builds an index beside what is written leaves its transaction: each has its own.
        context.configure(
            connection=connection, target_metadata=metadata, compare_type=True, transaction_per_migration=True
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


def _limit(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return
    # Inside the transaction, so that they also hold behind a pooler.
    connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
    connection.exec_driver_sql("SET LOCAL statement_timeout = '10min'")


_run()
