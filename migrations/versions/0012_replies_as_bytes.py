"""A receipt keeps its message's parts, the kind of channel that answers it, and the reply as bytes with their type."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# In one statement, because it writes the table anew; the receipts of a busy year take some seconds.
_UP = """
    ALTER TABLE webhook_events
        ALTER COLUMN rendered TYPE bytea USING convert_to(rendered, 'UTF8'),
        ALTER COLUMN reply_format TYPE varchar(32) USING CASE reply_format WHEN 'json' THEN 'api' ELSE reply_format END,
        ALTER COLUMN media TYPE jsonb USING
            CASE WHEN media IS NOT NULL THEN
                CASE text WHEN '' THEN '[]' ELSE jsonb_build_array(jsonb_build_object('kind', 'text', 'text', text)) END
                || jsonb_build_array(media -> 'data' || jsonb_build_object('kind', media -> 'kind'))
            END,
        ALTER COLUMN delivery DROP DEFAULT,
        ALTER COLUMN delivery DROP NOT NULL,
        ALTER COLUMN delivery TYPE jsonb USING
            CASE WHEN delivery ? 'subscriber_id' THEN
                jsonb_build_object('channel', 'manychat', 'account', 'manychat', 'to', delivery ->> 'subscriber_id')
            END,
        ADD COLUMN reply_type varchar(127)
"""
# What other kinds of channels did has no form of its own there: it is the plain one.
_DOWN = """
    ALTER TABLE webhook_events
        ALTER COLUMN reply TYPE text USING convert_from(reply, 'UTF8'),
        ALTER COLUMN channel TYPE varchar(16) USING CASE channel WHEN 'manychat' THEN channel ELSE 'json' END,
        ALTER COLUMN parts TYPE jsonb USING
            CASE WHEN parts -> -1 ->> 'kind' <> 'text' THEN
                jsonb_build_object('kind', parts -> -1 -> 'kind',
                    'data', (parts -> -1) - ARRAY['kind', 'version', 'plain'])
            END,
        ALTER COLUMN reply_to TYPE jsonb USING
            CASE WHEN reply_to ->> 'channel' = 'manychat' THEN jsonb_build_object('subscriber_id', reply_to -> 'to')
                 ELSE '{}' END,
        ALTER COLUMN reply_to SET DEFAULT '{}',
        ALTER COLUMN reply_to SET NOT NULL,
        DROP COLUMN reply_type
"""
_NAMES = {"rendered": "reply", "reply_format": "channel", "media": "parts", "delivery": "reply_to"}
# The state that people's conversations have in the version before.
_STATES_DOWN = """
    UPDATE turn_state SET state = state - 'address' || jsonb_build_object(
        'delivery', CASE WHEN state -> 'address' ->> 'channel' = 'manychat'
            THEN jsonb_build_object('subscriber_id', state -> 'address' -> 'to') ELSE '{}' END,
        'progress', CASE WHEN jsonb_typeof(state -> 'progress') = 'object' THEN state -> 'progress'
            ELSE '{"current_question": 1, "questions_answered": 0, "completed": false}' END)
    WHERE state <> '{}' AND NOT state ? 'delivery'
"""


def upgrade() -> None:
    op.execute(_UP)
    for old, new in _NAMES.items():
        op.alter_column("webhook_events", old, new_column_name=new)
    _all_rows("UPDATE webhook_events SET reply_type = 'application/json' WHERE reply IS NOT NULL")


def downgrade() -> None:
    op.execute(_DOWN)
    for old, new in _NAMES.items():
        op.alter_column("webhook_events", new, new_column_name=old)
    _all_rows(_STATES_DOWN, "turn_state")


def _all_rows(statement: str, table: str = "webhook_events") -> None:
    # Forced row-level security would hide the rows from the tables' owner.
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(statement)
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
