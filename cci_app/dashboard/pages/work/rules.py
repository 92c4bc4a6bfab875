"""Rules as content: written, tried on what is there, and made to count; by admins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import marshmallow as ma
from flask import Blueprint, make_response, request

from cci_app.coordination.monitor.history import try_rules
from cci_app.coordination.monitor.rules import MonitorRules
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.coordination.monitor.schemas import MonitorRulesPayload
from cci_app.coordination.ruling import Ruling
from cci_app.core import clock
from cci_app.core.errors import Forbidden, InvalidInput
from cci_app.dashboard.asked import sent
from cci_app.dashboard.frame import go, may_change, organisation_id
from cci_app.dashboard.pages.work.shown import work_page

_DAYS = 30


@dataclass(frozen=True)
class RulePages:
    """The pages of one kind of rules; `tab` is whose they are, and the first part of the templates' names.

    `payload` is the API's, with the `content`; `tried` is what a trial shows, of an organisation, the rules that are
    tried and those that count.
    """

    tab: str
    ruling: Ruling[Any, Any]
    payload: type[ma.Schema]
    tried: Callable[[int, Any, Any], Mapping[str, Any]]

    @property
    def _here(self) -> str:
        return f"/admin/work/{self.tab}/rules"

    def add_to(self, pages: Blueprint) -> None:
        """Give the pages theirs."""
        path, name = f"/{self.tab}/rules", f"{self.tab}_rules"
        pages.get(path, endpoint=name)(self.show)
        pages.post(path, endpoint=f"write_{name}")(self.write)
        pages.get(f"{path}/<int:rules_id>", endpoint=f"try_{name}")(self.show_draft)
        pages.post(f"{path}/<int:rules_id>/count", endpoint=f"count_{name}")(self.let_count)

    def show(self, typed: str | None = None, faults: list[str] | None = None) -> str:
        """The rules that count, to be written anew, and the texts that were kept."""
        counting = self.ruling.text(organisation_id())
        return work_page(
            f"{self.tab}_rules",
            self.tab,
            rules_page=self._here,
            counting=counting,
            typed=typed if typed is not None else counting,
            faults=faults or [],
            kept=self.ruling.listed(organisation_id()),
        )

    def write(self) -> Any:
        """Keep what was written, which counts for nothing yet; or tell each place that is wrong."""
        check_admin()
        try:
            kept = self.ruling.draft(organisation_id(), sent(self.payload())["content"])
        except InvalidInput as error:
            places = [str(each) for each in error.details.get("rules") or [error.message]]
            return make_response(self.show(request.form.get("content", ""), places), error.status)
        return go(f"{self._here}/{kept.id}")

    def show_draft(self, rules_id: int) -> str:
        """A text that was kept, and what it would come to, beside the rules that count."""
        whose = organisation_id()
        rules = self.ruling.find(whose, rules_id)
        tried = self.tried(whose, *self.ruling.beside(whose, rules_id))
        return work_page(f"{self.tab}_tried", self.tab, rules_page=self._here, rules=rules, **tried)

    def let_count(self, rules_id: int) -> Any:
        """Let a text count from now on."""
        check_admin()
        self.ruling.make_count(organisation_id(), rules_id)
        return go(self._here)


def check_admin() -> None:
    """Raise Forbidden for whoever may not say which rules count."""
    if not may_change():
        raise Forbidden("which rules count is an admin's to decide")


def _tried_monitor(whose: int, these: MonitorRules, counting: MonitorRules) -> Mapping[str, Any]:
    now = clock.now()
    tried = [try_rules(whose, each, now, _DAYS) for each in (these, counting)]
    unasked = dict.fromkeys(rule.name for each in (these, counting) for rule in each.without_asking)
    return {"these": tried[0], "counting": tried[1], "days": _DAYS, "unasked": [*unasked]}


MONITOR_PAGES: Final = RulePages("monitor", MONITOR_RULES, MonitorRulesPayload, _tried_monitor)
