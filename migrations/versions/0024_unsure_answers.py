"""Answers of which nothing showed that they answer: kept because the person insisted, and marked."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_BEFORE = "status IN ('answered', 'vague', 'skipped', 'corrected')"
_AFTER = "status IN ('answered', 'vague', 'skipped', 'corrected', 'unsure')"


def _check(condition: str) -> None:
    op.drop_constraint(op.f("ck_answers_status"), "answers", type_="check")
    # Added without reading the rows, then checked under a lock that lets them be written.
    op.execute(f"ALTER TABLE answers ADD CONSTRAINT ck_answers_status CHECK ({condition}) NOT VALID")
    op.execute("ALTER TABLE answers VALIDATE CONSTRAINT ck_answers_status")


def upgrade() -> None:
    _check(_AFTER)


def downgrade() -> None:
    answers = sa.table("answers", sa.column("status", sa.Text))
    op.execute("ALTER TABLE answers NO FORCE ROW LEVEL SECURITY")
    op.execute(answers.update().where(answers.c.status == "unsure").values(status="vague"))
    op.execute("ALTER TABLE answers FORCE ROW LEVEL SECURITY")
    _check(_BEFORE)
