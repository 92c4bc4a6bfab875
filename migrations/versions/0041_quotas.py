"""What assistants may use: what each turn used, and how much is left, which the database itself keeps."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

CURRENT_ORGANISATION = "NULLIF(current_setting('app.organisation_id', true), '')::bigint"

# Of everybody who counts for an organisation at once, and of whoever begins to keep its quotas: those wait for these.
LOCK = "hashtext('quotas'), {}::integer"

RAISE_ALERT = """
CREATE FUNCTION raise_quota_alert(whose bigint, whom text, what text, how_bad text, told text) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO system_alerts AS a (organisation_id, cause, severity, chatbot, step, error)
    VALUES (whose, concat('quota ', what, CASE WHEN whom <> '' THEN concat(' of ', whom) END), how_bad,
        NULLIF(whom, ''), 'quota', told)
    ON CONFLICT (organisation_id, cause) WHERE state <> 'resolved'
    DO UPDATE SET count = a.count + 1, last_at = clock_timestamp(), error = excluded.error
$$
"""

RESOLVE_ALERT = """
CREATE FUNCTION resolve_quota_alert(whose bigint, whom text, what text) RETURNS void LANGUAGE sql AS $$
    UPDATE system_alerts SET state = 'resolved', resolved_at = clock_timestamp()
    WHERE organisation_id = whose AND state <> 'resolved'
        AND cause = concat('quota ', what, CASE WHEN whom <> '' THEN concat(' of ', whom) END)
$$
"""

# The beginning of a month in the organisation's zone: of this one, or of one that is so many months away.
MONTH = """
CREATE FUNCTION billing_month(whose bigint, away integer) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT (date_trunc('month', clock_timestamp() AT TIME ZONE timezone) + make_interval(months => away))
        AT TIME ZONE timezone FROM organisations WHERE id = whose
$$
"""

# Every change of a quota goes through here: what is counted, a limit that is set, a period that is over. Only a turn
# raises `messages`; one too many is an error, with which all that the turn wrote is undone.
WEIGH = """
CREATE FUNCTION weigh_quota() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    most_messages CONSTANT bigint := LEAST(NEW.message_limit, (NEW.agreed ->> 'messages')::bigint);
    most_tokens CONSTANT bigint := LEAST(NEW.token_limit, (NEW.agreed ->> 'tokens')::bigint);
    most_an_hour CONSTANT bigint := (NEW.agreed ->> 'rate')::bigint;
    this_hour CONSTANT timestamptz := date_trunc('hour', clock_timestamp(), 'UTC');
    answers bigint := 0;
    is_full boolean;
    is_near boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        answers := NEW.messages - OLD.messages;
        IF NEW.period_end <= clock_timestamp() THEN
            NEW.messages := answers;
            NEW.tokens := NEW.tokens - OLD.tokens;
            NEW.period_start := billing_month(NEW.organisation_id, 0);
            NEW.period_end := billing_month(NEW.organisation_id, 1);
            NEW.stopped_at := NULL;
            NEW.warned_at := NULL;
            PERFORM resolve_quota_alert(NEW.organisation_id, NEW.assistant, 'reached');
            PERFORM resolve_quota_alert(NEW.organisation_id, NEW.assistant, 'nearly reached');
        END IF;
    END IF;
    IF answers > 0 THEN
        IF NEW.stopped_at IS NOT NULL OR NEW.messages > most_messages THEN
            RAISE EXCEPTION 'the quota is used up' USING ERRCODE = 'QUOTA';
        END IF;
        IF NEW.hour IS DISTINCT FROM this_hour THEN
            NEW.hour := this_hour;
            NEW.hour_messages := 0;
        END IF;
        NEW.hour_messages := NEW.hour_messages + answers;
        IF NEW.hour_messages > most_an_hour THEN
            RAISE EXCEPTION 'the rate is reached' USING ERRCODE = 'QRATE';
        END IF;
    END IF;
    is_full := COALESCE(NEW.messages >= most_messages, false) OR COALESCE(NEW.tokens >= most_tokens, false);
    is_near := COALESCE(NEW.messages * 5 >= most_messages * 4, false)
        OR COALESCE(NEW.tokens * 5 >= most_tokens * 4, false);
    IF is_full AND NEW.stopped_at IS NULL THEN
        NEW.stopped_at := clock_timestamp();
        PERFORM raise_quota_alert(NEW.organisation_id, NEW.assistant, 'reached', 'critical', format(
            '%s of %s messages and %s of %s tokens are used in this period: nothing more is answered until the limit'
            ' is raised or the period ends', NEW.messages, COALESCE(most_messages::text, 'unlimited'), NEW.tokens,
            COALESCE(most_tokens::text, 'unlimited')));
    ELSIF NOT is_full AND NEW.stopped_at IS NOT NULL THEN
        NEW.stopped_at := NULL;
        PERFORM resolve_quota_alert(NEW.organisation_id, NEW.assistant, 'reached');
    END IF;
    IF is_near AND NOT is_full AND NEW.warned_at IS NULL THEN
        NEW.warned_at := clock_timestamp();
        PERFORM raise_quota_alert(NEW.organisation_id, NEW.assistant, 'nearly reached', 'warning', format(
            '%s of %s messages and %s of %s tokens are used in this period', NEW.messages,
            COALESCE(most_messages::text, 'unlimited'), NEW.tokens, COALESCE(most_tokens::text, 'unlimited')));
    ELSIF NOT is_near AND NEW.warned_at IS NOT NULL THEN
        NEW.warned_at := NULL;
        PERFORM resolve_quota_alert(NEW.organisation_id, NEW.assistant, 'nearly reached');
    END IF;
    RETURN NEW;
END
$$
"""

# The rows are locked in one order, whoever counts, sets or resets: the organisation's before its chatbots'.
COUNT = f"""
CREATE FUNCTION count_turn_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared({LOCK.format("NEW.organisation_id")});
    PERFORM FROM quotas WHERE organisation_id = NEW.organisation_id AND assistant IN ('', NEW.assistant)
        ORDER BY assistant FOR UPDATE;
    IF FOUND THEN
        UPDATE quotas SET messages = messages + NEW.messages, tokens = tokens + NEW.tokens
        WHERE organisation_id = NEW.organisation_id AND assistant IN ('', NEW.assistant);
    END IF;
    RETURN NULL;
END
$$
"""

# Who begins to keep a quota in the middle of a period counts what was used of it.
BEGIN = f"""
CREATE FUNCTION begin_quota(whose bigint, whom text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock({LOCK.format("whose")});
    INSERT INTO quotas (organisation_id, assistant, messages, tokens, period_start, period_end)
    SELECT whose, whom, COALESCE(sum(messages), 0), COALESCE(sum(tokens), 0), billing_month(whose, 0),
        billing_month(whose, 1)
    FROM turn_usage WHERE organisation_id = whose AND (whom = '' OR assistant = whom)
        AND at >= billing_month(whose, 0)
    ON CONFLICT DO NOTHING;
END
$$
"""

RESET = """
CREATE FUNCTION reset_billing_period() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    begun bigint;
BEGIN
    PERFORM FROM quotas WHERE period_end <= clock_timestamp() ORDER BY organisation_id, assistant FOR UPDATE;
    UPDATE quotas SET messages = messages WHERE period_end <= clock_timestamp();
    GET DIAGNOSTICS begun = ROW_COUNT;
    RETURN begun;
END
$$
"""


def _close(name: str) -> None:
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY organisation ON {name} TO cci_app"
        f" USING (organisation_id = {CURRENT_ORGANISATION}) WITH CHECK (organisation_id = {CURRENT_ORGANISATION})"
    )
    op.execute(f"CREATE POLICY system ON {name} TO cci_system USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO cci_app, cci_system")


def _owner(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id"],
        ["organisations.id"],
        name=op.f(f"fk_{name}_organisation_id_organisations"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    now = sa.text("clock_timestamp()")
    moment = sa.TIMESTAMP(timezone=True)
    op.create_table(
        "turn_usage",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("assistant", sa.String(64), nullable=False),
        sa.Column("messages", sa.SmallInteger(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("at", moment, server_default=now, nullable=False),
        _owner("turn_usage"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_turn_usage")),
    )
    op.create_index(op.f("ix_turn_usage_organisation_id_at"), "turn_usage", ["organisation_id", "at"])
    op.create_table(
        "quotas",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("assistant", sa.String(64), nullable=False),
        sa.Column("plan", sa.String(32), nullable=True),
        sa.Column("agreed", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("message_limit", sa.BigInteger(), nullable=True),
        sa.Column("token_limit", sa.BigInteger(), nullable=True),
        sa.Column("messages", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("hour", moment, nullable=True),
        sa.Column("hour_messages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("period_start", moment, nullable=False),
        sa.Column("period_end", moment, nullable=False),
        sa.Column("warned_at", moment, nullable=True),
        sa.Column("stopped_at", moment, nullable=True),
        _owner("quotas"),
        sa.PrimaryKeyConstraint("organisation_id", "assistant", name=op.f("pk_quotas")),
    )
    _close("turn_usage")
    _close("quotas")
    for function in (RAISE_ALERT, RESOLVE_ALERT, MONTH, WEIGH, COUNT, BEGIN, RESET):
        op.execute(function)
    op.execute("CREATE TRIGGER weigh BEFORE INSERT OR UPDATE ON quotas FOR EACH ROW EXECUTE FUNCTION weigh_quota()")
    op.execute("CREATE TRIGGER count AFTER INSERT ON turn_usage FOR EACH ROW EXECUTE FUNCTION count_turn_usage()")


def downgrade() -> None:
    op.drop_table("quotas")
    op.drop_table("turn_usage")
    for function in (
        "reset_billing_period()",
        "begin_quota(bigint, text)",
        "count_turn_usage()",
        "weigh_quota()",
        "billing_month(bigint, integer)",
        "resolve_quota_alert(bigint, text, text)",
        "raise_quota_alert(bigint, text, text, text, text)",
    ):
        op.execute(f"DROP FUNCTION {function}")
