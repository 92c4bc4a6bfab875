"""That somebody is told of what breaks a rule of the handbook."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

BEFORE = ("late", "due_soon", "stuck", "unassigned", "over_estimate", "silent", "asked")
SINCE = (*BEFORE[:-1], "broken_rule", BEFORE[-1])


def _causes(names: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_task_alerts_cause"), "task_alerts")
    listed = ", ".join(repr(name) for name in names)
    op.create_check_constraint(op.f("ck_task_alerts_cause"), "task_alerts", f"cause IN ({listed})")


def upgrade() -> None:
    _causes(SINCE)
    op.create_unique_constraint(
        op.f("uq_rule_violations_organisation_id_id"), "rule_violations", ["organisation_id", "id"]
    )
    op.add_column("task_alerts", sa.Column("violation_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_task_alerts_organisation_id_violation_id"),
        "task_alerts",
        "rule_violations",
        ["organisation_id", "violation_id"],
        ["organisation_id", "id"],
        ondelete="CASCADE",
    )
    op.create_index(op.f("ix_task_alerts_violation_id"), "task_alerts", ["violation_id"])


def downgrade() -> None:
    op.execute("DELETE FROM task_alerts WHERE cause = 'broken_rule'")
    op.drop_column("task_alerts", "violation_id")
    op.drop_constraint(op.f("uq_rule_violations_organisation_id_id"), "rule_violations")
    _causes(BEFORE)
