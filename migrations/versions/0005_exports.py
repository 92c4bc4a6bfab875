"""Exports: the view that they read, one row a conversation, and their schedules."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"

# Each row is put together when it is reached: whoever reads in the order of the start gets the first rows at once.
# The view has the rights of who reads it (security_invoker), so that the policies of the tables hold.
VIEW = """
    CREATE VIEW export_conversations WITH (security_invoker = true) AS
    SELECT run.organisation_id, run.id, run.assistant, run.user_id, run.client_company AS company, run.contact_name,
           run.started_at, run.last_message_at AS ended_at, run.questions_answered,
           CASE WHEN run.completed_at IS NOT NULL THEN 'completed'
                WHEN run.ended_at IS NOT NULL THEN 'abandoned'
                ELSE 'in_progress' END AS status,
           run.detected_language AS language, answered.answers, figures.messages, figures.mean_ms, figures.p95_ms,
           figures.longest_ms, figures.share_within_8s, figures.late_answers
    FROM conversation_runs run
    LEFT JOIN LATERAL (
        SELECT COALESCE(jsonb_object_agg(answer.question, jsonb_build_array(answer.text, answer.status)), '{}')
               AS answers
        FROM answers answer
        WHERE answer.run_id = run.id
    ) answered ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS messages,
               round(avg(message.response_time_ms))::integer AS mean_ms,
               percentile_disc(0.95) WITHIN GROUP (ORDER BY message.response_time_ms) AS p95_ms,
               max(message.response_time_ms) AS longest_ms,
               round(avg((message.response_time_ms <= 8000)::integer), 4) AS share_within_8s,
               count(*) FILTER (WHERE message.late) AS late_answers
        FROM conversations message
        WHERE message.run_id = run.id AND message.kind = 'message'
    ) figures ON true
"""


def upgrade() -> None:
    op.execute(VIEW)
    op.execute("GRANT SELECT ON export_conversations TO cci_app, cci_system")


def downgrade() -> None:
    op.execute("DROP VIEW export_conversations")
