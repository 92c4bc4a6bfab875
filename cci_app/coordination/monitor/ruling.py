"""Which rules of the monitor count for an organisation."""

from cci_app.coordination.monitor.models import MonitorRuleSet
from cci_app.coordination.monitor.rules import DEFAULT_FILE, default_rules, read_rules
from cci_app.coordination.ruling import Ruling

MONITOR_RULES = Ruling(MonitorRuleSet, "monitor_rules", DEFAULT_FILE, read_rules, default_rules)
