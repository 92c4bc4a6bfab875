"""Answers counted by assistant without a look at their conversations."""

from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

INDEX = "ix_answers_counted"
# For the version before, which does not say whose an answer is.
FILLING = """
    CREATE OR REPLACE FUNCTION fill_answers_assistant() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT assistant INTO NEW.assistant FROM conversation_runs
        WHERE organisation_id = NEW.organisation_id AND id = NEW.run_id;
        RETURN NEW;
    END $$
"""


def upgrade() -> None:
    # All of it may be run again where an attempt before this one was interrupted.
    op.execute("ALTER TABLE answers ADD COLUMN IF NOT EXISTS assistant varchar(64)")
    op.execute(FILLING)
    op.execute(
        "CREATE OR REPLACE TRIGGER fill_answers_assistant BEFORE INSERT ON answers FOR EACH ROW"
        " WHEN (NEW.assistant IS NULL) EXECUTE FUNCTION fill_answers_assistant()"
    )
    # Messages are written meanwhile.
    with op.get_context().autocommit_block():
        # Each by itself: the tables are locked for a moment, and not while all rows are written.
        for table in ("answers", "conversation_runs"):
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute("UPDATE answers a SET assistant = r.assistant FROM conversation_runs r WHERE r.id = a.run_id")
        for table in ("answers", "conversation_runs"):
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE answers DROP CONSTRAINT IF EXISTS assistant_known")
        op.execute("ALTER TABLE answers ADD CONSTRAINT assistant_known CHECK (assistant IS NOT NULL) NOT VALID")
        op.execute("ALTER TABLE answers VALIDATE CONSTRAINT assistant_known")
        # Takes the constraint's word for it, and reads no row.
        op.execute("ALTER TABLE answers ALTER COLUMN assistant SET NOT NULL")
        op.execute("ALTER TABLE answers DROP CONSTRAINT assistant_known")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}")
        op.execute(f"CREATE INDEX CONCURRENTLY {INDEX} ON answers (assistant, organisation_id, question, status)")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}")
    op.execute("DROP TRIGGER fill_answers_assistant ON answers")
    op.execute("DROP FUNCTION fill_answers_assistant")
    op.drop_column("answers", "assistant")
