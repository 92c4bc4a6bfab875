"""The rules by which an assistant does something without a yes: who set them, when they were used, and changing them.

They are a part of the monitor's rules: what is changed here is that part of the text, and the rest stays to the letter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import yaml

from cci_app.coordination.models import AiAction
from cci_app.coordination.monitor.models import MonitorRuleSet
from cci_app.coordination.monitor.rules import UnaskedRule
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput, NotFound

_KEY = "without_asking"
_LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class UnaskedUse:
    """A rule that counts: who wrote it and since when it counts, when it was used last, and how often in 30 days."""

    rule: UnaskedRule
    set_by: str | None
    since: datetime | None
    last_used: datetime | None
    lately: int


def unasked_rules(organisation_id: int) -> Sequence[UnaskedUse]:
    """The rules that count now, in their order."""
    counted = [each for each in MONITOR_RULES.listed(organisation_id) if each.active_from is not None]
    with tenant_transaction(organisation_id) as session:
        rules = MONITOR_RULES.counting(session, organisation_id).without_asking
        name = AiAction.result["rule"].as_string()
        lately = sa.func.count().filter(AiAction.decided_at > clock.now() - _LATELY)
        used = {
            row.name: (row.last, row.lately)
            for row in session.execute(
                sa.select(name.label("name"), sa.func.max(AiAction.decided_at).label("last"), lately.label("lately"))
                .where(AiAction.organisation_id == organisation_id, name.in_([rule.name for rule in rules]))
                .group_by(name)
            )
        }
    setting = _set_by(counted, rules)
    found = []
    for rule in rules:
        set_by, since = setting.get(rule.name, (None, None))
        last, often = used.get(rule.name, (None, 0))
        found.append(UnaskedUse(rule, set_by, since, last, often))
    return found


def write_unasked(organisation_id: int, rule: UnaskedRule) -> MonitorRuleSet:
    """Keep a text with that rule, instead of one of the same name; it counts for nothing yet. Raises InvalidInput."""
    return _draft(organisation_id, {**_counting(organisation_id), rule.name: rule})


def remove_unasked(organisation_id: int, name: str) -> None:
    """Take a rule away: from now on it lets nothing be done. Raises NotFound, and InvalidInput as `write_unasked`."""
    rules = _counting(organisation_id)
    if rules.pop(name, None) is None:
        raise NotFound("there is no such rule")
    MONITOR_RULES.make_count(organisation_id, _draft(organisation_id, rules).id)


def _counting(organisation_id: int) -> dict[str, UnaskedRule]:
    rules = MONITOR_RULES.read(MONITOR_RULES.text(organisation_id)).without_asking
    return {rule.name: rule for rule in rules}


def _draft(organisation_id: int, rules: Mapping[str, UnaskedRule]) -> MonitorRuleSet:
    text = with_unasked(MONITOR_RULES.text(organisation_id), list(rules.values()))
    return MONITOR_RULES.draft(organisation_id, text)


def with_unasked(text: str, rules: Sequence[UnaskedRule]) -> str:
    """A text of the monitor's rules with these instead of its own of that kind.

    Raises InvalidInput where they stand in it in a way that only a person can change.
    """
    kept, inside = [], False
    for line in text.splitlines():
        inside = line.startswith(f"{_KEY}:") or (inside and line[:1] in {"", " ", "-"})
        if not inside:
            kept.append(line)
    written = "\n".join(kept).rstrip() + "\n"
    if rules:
        shown = [rule.model_dump(mode="json", exclude_defaults=True) for rule in rules]
        written += "\n" + yaml.safe_dump({_KEY: shown}, allow_unicode=True, sort_keys=False)
    before, after = MONITOR_RULES.read(text), MONITOR_RULES.read(written)
    if after != before.model_copy(update={_KEY: tuple(rules)}):
        raise InvalidInput("these rules are written in a way of their own: change them in the text of the rules")
    return written


def _set_by(
    counted: Sequence[MonitorRuleSet], rules: Sequence[UnaskedRule]
) -> Mapping[str, tuple[str, datetime | None]]:
    """Of each rule who wrote it as it is, and since when it has counted without a break."""
    found: dict[str, tuple[str, datetime | None]] = {}
    open_ones = {rule.name: rule for rule in rules}
    for text in sorted(counted, key=lambda each: each.active_from or each.written_at, reverse=True):
        there = MONITOR_RULES.read(text.content).without_asking
        open_ones = {name: rule for name, rule in open_ones.items() if rule in there}
        found |= dict.fromkeys(open_ones, (text.written_by, text.active_from))
    return found
