"""What was used, by day and assistant, what the month comes to, and the same as a file."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cci_app.core import clock
from cci_app.core.database import system_transaction
from cci_app.usage.models import TurnUsage, UsageLog
from tests.conftest import Tenant, make_tenant
from tests.usage.test_alerts import read

# In Bogotá still the 10th, at seven in the evening.
NOW = datetime(2026, 6, 11, 0, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _june(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def use(tenant: Tenant, at: datetime, messages: int, tokens: int, assistant: str = "cci") -> None:
    with system_transaction() as session:
        # Far above the number of any receipt.
        number = session.scalar(sa.select(sa.func.greatest(sa.func.max(TurnUsage.event_id), 10**11)))
        for more in range(messages):
            session.add(
                TurnUsage(
                    organisation_id=tenant.organisation_id,
                    event_id=(number or 0) + 1 + more,
                    assistant=assistant,
                    messages=1,
                    tokens=tokens,
                    at=at,
                )
            )


def test_days_are_the_organisations_and_the_forecast_goes_on_as_it_went(
    web: FlaskClient, app: Any, tenant: Tenant
) -> None:
    use(tenant, NOW - timedelta(days=14), 14, 100)
    use(tenant, datetime(2026, 6, 2, 4, 59, tzinfo=UTC), 3, 10)
    use(tenant, datetime(2026, 6, 2, 5, 1, tzinfo=UTC), 4, 10, "desk")
    found = read(web, tenant, "/api/v1/usage/overview")
    assert (found["start_date"], found["end_date"], len(found["days"])) == ("2026-06-01", "2026-06-10", 10)
    assert [(each["day"], each["messages"]) for each in found["days"][:3]] == [
        ("2026-06-01", 3),
        ("2026-06-02", 4),
        ("2026-06-03", 0),
    ]
    assert found["assistants"] == [
        {"assistant": "cci", "messages": 3, "tokens": 30},
        {"assistant": "desk", "messages": 4, "tokens": 40},
    ]
    assert found["used"] == {"messages": 7, "tokens": 70}
    # 21 in the 14 days that are known; 20 days and 5 hours are left of June in Bogotá.
    assert found["forecast"]["messages"] == 7 + round(21 / 14 * (20 + 5 / 24))
    one = read(web, tenant, "/api/v1/usage/overview?assistant=desk&start_date=2026-06-02")
    assert [(each["day"], each["messages"]) for each in one["days"]][:1] == [("2026-06-02", 4)]
    other = read(web, make_tenant(f"other-than-{tenant.slug}"), "/api/v1/usage/overview")
    assert (other["used"], other["assistants"], other["costs"]) == ({"messages": 0, "tokens": 0}, [], [])


def test_a_file_has_a_line_for_each_day_assistant_and_model(web: FlaskClient, app: Any, tenant: Tenant) -> None:
    with system_transaction() as session:
        session.add(
            UsageLog(
                organisation_id=tenant.organisation_id,
                assistant="cci",
                user_id="+573001234567",
                event_id=10**12 + tenant.organisation_id,
                number=1,
                purpose="loop",
                provider="openai",
                model="=evil()",
                outcome="answered",
                input_tokens=100,
                output_tokens=10,
                currency="USD",
                cost="0.5",
                duration_ms=5,
                timestamp=NOW - timedelta(days=1),
            )
        )
    # As Excel opens it in the organisation's language, Spanish, and as a program asks for it.
    for asked, sign, cost in (("", ";", "0,5"), ("&separator=comma", ",", "0.5")):
        answered = web.get(f"/api/v1/usage?format=csv{asked}", headers=tenant.headers)
        assert answered.content_type == "text/csv; charset=utf-8"
        (line,) = csv.DictReader(io.StringIO(answered.text.removeprefix("\ufeff")), delimiter=sign)
        assert (line["day"], line["model"], line["input_tokens"]) == ("2026-06-09", "'=evil()", "100")
        assert line["cost"].rstrip("0") == cost
        assert answered.data.startswith(b"\xef\xbb\xbf")
    (cost,) = read(web, tenant, "/api/v1/usage/overview")["costs"]
    assert (cost["currency"], cost["used"]) == ("USD", 0.5)
    assert cost["forecast"] > 0.5
