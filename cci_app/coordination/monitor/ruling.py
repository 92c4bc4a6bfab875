"""Which rules count for an organisation: its own, once they were tried and made to count, else the product's."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.monitor.models import MonitorRuleSet
from cci_app.coordination.monitor.rules import DEFAULT_FILE, MonitorRules, default_rules, read_rules
from cci_app.core import clock
from cci_app.core.audit import acting, record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import NotFound


def rules_in(session: Session, organisation_id: int) -> MonitorRules:
    """The rules that count now."""
    own = _counting(session, organisation_id)
    return read_rules(own.content) if own is not None else default_rules()


def rules_text(organisation_id: int) -> str:
    """The text of the rules that count."""
    with tenant_transaction(organisation_id) as session:
        own = _counting(session, organisation_id)
    return own.content if own is not None else DEFAULT_FILE.read_text(encoding="utf-8")


def draft_rules(organisation_id: int, text: str) -> MonitorRuleSet:
    """Keep rules that count for nothing yet. Raises InvalidInput that names each fault."""
    read_rules(text)
    with tenant_transaction(organisation_id) as session:
        kept = MonitorRuleSet(
            organisation_id=organisation_id, content=text, written_by=acting().name[:254], written_at=clock.now()
        )
        session.add(kept)
        session.flush()
        record(session, organisation_id, "monitor_rules.written", f"monitor_rules:{kept.id}")
        return kept


def make_count(organisation_id: int, rules_id: int) -> MonitorRuleSet:
    """Let kept rules count from now on. An earlier set may be chosen again. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        kept = _kept(session, organisation_id, rules_id)
        kept.active_from = clock.now()
        record(session, organisation_id, "monitor_rules.counting", f"monitor_rules:{kept.id}")
        session.flush()
        return kept


def find_rules(organisation_id: int, rules_id: int) -> MonitorRuleSet:
    """A kept set. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return _kept(session, organisation_id, rules_id)


def list_rules(organisation_id: int, limit: int = 50) -> Sequence[MonitorRuleSet]:
    """The sets that were kept, the newest first."""
    chosen = sa.select(MonitorRuleSet).where(MonitorRuleSet.organisation_id == organisation_id)
    with tenant_transaction(organisation_id) as session:
        return session.scalars(chosen.order_by(MonitorRuleSet.id.desc()).limit(limit)).all()


def _kept(session: Session, organisation_id: int, rules_id: int) -> MonitorRuleSet:
    chosen = sa.select(MonitorRuleSet).filter_by(organisation_id=organisation_id, id=rules_id)
    kept = session.scalars(chosen).one_or_none()
    if kept is None:
        raise NotFound(f"there are no rules {rules_id}")
    return kept


def _counting(session: Session, organisation_id: int) -> MonitorRuleSet | None:
    chosen = sa.select(MonitorRuleSet).where(
        MonitorRuleSet.organisation_id == organisation_id, MonitorRuleSet.active_from.is_not(None)
    )
    return session.scalars(chosen.order_by(MonitorRuleSet.active_from.desc()).limit(1)).first()
