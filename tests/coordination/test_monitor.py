"""The monitor: working days, waking hours over daylight saving, urgency with its reasons, rules and their trial."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cci_app.coordination.monitor.calendar import WorkCalendar, next_waking
from cci_app.coordination.monitor.history import try_rules
from cci_app.coordination.monitor.models import UrgencyLevel
from cci_app.coordination.monitor.rules import DEFAULT_FILE, QuietHours, default_rules, read_rules
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.coordination.monitor.urgency import TaskFacts, urgency_of
from cci_app.coordination.monitor.watching import reasons
from cci_app.coordination.tasks import change_task
from cci_app.core import clock
from cci_app.core.errors import InvalidInput
from tests.conftest import Tenant
from tests.coordination.work import give, make_person, make_project

BOGOTA, MADRID = ZoneInfo("America/Bogota"), ZoneInfo("Europe/Madrid")
COLOMBIA = WorkCalendar("CO")
QUIET = QuietHours(begin=time(19), end=time(8))
# A Wednesday.
TODAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)


def task(**changes: Any) -> TaskFacts:
    values: dict[str, Any] = {
        "id": 1,
        "project_id": 1,
        "title": "Diseño",
        "status": "todo",
        "assignee_id": 7,
        "due_date": None,
        "estimate_hours": None,
        "spent_hours": 0.0,
        "created_at": NOW,
        "status_at": NOW,
        "touched_at": NOW,
        "last_comment_at": None,
        "comments": 0,
        "said": "diseno",
    }
    return TaskFacts(**{**values, **changes})


def found(**changes: Any) -> dict[str, str]:
    found = reasons(task(**changes), default_rules(), COLOMBIA, TODAY, BOGOTA, frozenset({9}))
    return {each.cause.value: each.anchor for each in found}


def test_working_days_are_those_of_the_country() -> None:
    assert WorkCalendar.of(BOGOTA) == COLOMBIA
    assert not COLOMBIA.works(date(2026, 1, 12))
    assert WorkCalendar.of(ZoneInfo("Africa/Dakar")).country == "SN"
    assert WorkCalendar.of(ZoneInfo("UTC")).works(date(2026, 1, 12))
    # The Monday is a holiday (Epiphany).
    assert COLOMBIA.ahead(date(2026, 1, 9), 1) == date(2026, 1, 13)
    assert COLOMBIA.between(date(2026, 1, 9), date(2026, 1, 13)) == 1
    assert COLOMBIA.between(TODAY, TODAY) == 0
    assert WorkCalendar("XX").works(TODAY)


@pytest.mark.parametrize(
    ("zone", "moment", "waking"),
    [
        (BOGOTA, "2026-03-04T15:00:00+00:00", "2026-03-04T15:00:00+00:00"),
        (BOGOTA, "2026-03-05T00:00:00+00:00", "2026-03-05T13:00:00+00:00"),
        (BOGOTA, "2026-03-05T12:59:00+00:00", "2026-03-05T13:00:00+00:00"),
        # Friday evening, then a weekend: Monday morning.
        (BOGOTA, "2026-03-07T00:00:00+00:00", "2026-03-09T13:00:00+00:00"),
        # In Madrid the clocks go forward on the 29th and back on the 25th of October: eight is eight.
        (MADRID, "2026-03-27T20:00:00+00:00", "2026-03-30T06:00:00+00:00"),
        (MADRID, "2026-10-23T20:00:00+00:00", "2026-10-26T07:00:00+00:00"),
    ],
)
def test_nobody_is_written_to_in_the_night_or_on_days_off(zone: ZoneInfo, moment: str, waking: str) -> None:
    calendar = WorkCalendar.of(zone)
    assert next_waking(datetime.fromisoformat(moment), zone, QUIET, calendar) == datetime.fromisoformat(waking)


def test_an_hour_that_the_wall_leaves_out_is_an_hour_later() -> None:
    quiet = QuietHours(begin=time(23), end=time(2, 30), days_off=False)
    # On the 29th of March there is no half past two in Madrid.
    waking = next_waking(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), MADRID, quiet, WorkCalendar.of(MADRID))
    assert waking == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "score", "level"),
    [
        ({}, 0, UrgencyLevel.LOW),
        ({"due_date": TODAY - timedelta(days=3)}, 15, UrgencyLevel.LOW),
        ({"due_date": TODAY - timedelta(days=4)}, 20, UrgencyLevel.NORMAL),
        ({"due_date": TODAY - timedelta(days=400)}, 50, UrgencyLevel.HIGH),
        ({"due_date": TODAY + timedelta(days=1)}, 20, UrgencyLevel.NORMAL),
        ({"due_date": TODAY + timedelta(days=3)}, 10, UrgencyLevel.LOW),
        ({"comments": 6, "said": "esto es ¡urgente!"}, 50, UrgencyLevel.HIGH),
        ({"comments": 3}, 10, UrgencyLevel.LOW),
        ({"said": "no es insurgente"}, 0, UrgencyLevel.LOW),
        ({"due_date": TODAY - timedelta(days=10), "said": "le client est bloque", "comments": 9}, 100, "critical"),
    ],
)
def test_urgency_is_points_that_are_told(changes: dict[str, Any], score: int, level: str) -> None:
    urgency = urgency_of(task(**changes), default_rules().urgency, TODAY)
    assert (urgency.score, urgency.level) == (score, level)
    assert sum(int(reason["points"]) for reason in urgency.reasons) == score


def test_each_reason_hangs_on_what_it_hangs_on() -> None:
    assert found(due_date=TODAY - timedelta(days=1)) == {"late": "2026-03-03"}
    assert found(due_date=TODAY) == found(due_date=TODAY + timedelta(days=1)) | {"due_soon": "2026-03-04"}
    assert found(due_date=TODAY + timedelta(days=2)) == {}
    assert found(assignee_id=None, due_date=TODAY + timedelta(days=2)) == {"unassigned": "2026-03-06"}
    assert found(assignee_id=9, due_date=TODAY + timedelta(days=2)) == {"unassigned": "2026-03-06 9"}
    assert found(assignee_id=None) == {}
    assert found(assignee_id=None, created_at=NOW - timedelta(days=9)) == {"unassigned": "2026-02-23"}
    quiet = {"status": "in_progress", "touched_at": NOW - timedelta(days=5), "status_at": NOW - timedelta(days=9)}
    assert found(**quiet) == {"stuck": "2026-02-27", "silent": "2026-02-23"}
    assert found(**quiet, last_comment_at=NOW) == {"stuck": "2026-02-27"}
    assert found(estimate_hours=10.0, spent_hours=12.0) == {"over_estimate": "10"}
    assert found(estimate_hours=10.0, spent_hours=11.9) == {}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [", "no YAML"),
        ("[]", ""),
        ("most_rounds: 3", "urgency"),
        (DEFAULT_FILE.read_text().replace("most_rounds: 3", "most_rounds: 30"), "most_rounds"),
        (DEFAULT_FILE.read_text().replace("steps: [assignee]", "steps: [boss]"), "steps"),
        (DEFAULT_FILE.read_text().replace(", low: 72", ""), "hours_between.low"),
        (DEFAULT_FILE.read_text() + "\nmore: 1\n", "more"),
        (DEFAULT_FILE.read_text() + "\nwithout_asking: [{name: a-b, kinds: [remove]}]\n", "without_asking.0.kinds"),
        (DEFAULT_FILE.read_text() + f"\nwithout_asking: {[{'name': 'ab', 'kinds': ['comment']}] * 2}\n", "same name"),
    ],
)
def test_rules_that_cannot_be_read_are_named_by_their_place(text: str, place: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_rules(text)
    assert place in " ".join(refused.value.details["rules"])


def test_rules_count_once_they_are_made_to(tenant: Tenant) -> None:
    text = DEFAULT_FILE.read_text().replace("most_rounds: 3", "most_rounds: 1")
    draft = MONITOR_RULES.draft(tenant.organisation_id, text)
    assert MONITOR_RULES.text(tenant.organisation_id) == DEFAULT_FILE.read_text()
    MONITOR_RULES.make_count(tenant.organisation_id, draft.id)
    assert MONITOR_RULES.text(tenant.organisation_id) == text


def test_rules_are_tried_on_what_happened(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    project, ana = make_project(tenant), make_person(tenant)
    at = {"now": NOW - timedelta(days=20)}
    monkeypatch.setattr(clock, "now", lambda: at["now"])
    late = give(tenant, project, due_date=TODAY - timedelta(days=10), assignee_id=ana.id)
    give(tenant, project, "Textos", due_date=TODAY + timedelta(days=30), assignee_id=ana.id)
    at["now"] = NOW - timedelta(days=5)
    change_task(tenant.organisation_id, late.id, {"status": "done"})
    trial = try_rules(tenant.organisation_id, default_rules(), NOW, days=15)
    # Due soon, then late for five days, then done: though it is done today, both are found.
    assert (trial.tasks, trial.alerts) == (2, {"due_soon": 1, "late": 1})
    assert trial.reminders > 1
    lenient = read_rules(DEFAULT_FILE.read_text().replace("late:\n", "late:\n    days: 9\n"))
    assert try_rules(tenant.organisation_id, lenient, NOW, days=15).alerts == {"due_soon": 1}
