"""What happens by itself: who is told, once; who is told again; and when the assistant goes on."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from cci_app.conversation.inbound import Person
from cci_app.conversation.models import TurnMode
from cci_app.conversation.modes import mode_of
from cci_app.core import clock
from cci_app.core.errors import InvalidInput
from cci_app.handoff.desk import AnsweringDesk, change_desk
from cci_app.inbox.watch import tend
from cci_app.integrations.accounts import integrations
from tests.conftest import Tenant
from tests.fakes.serving import serving
from tests.fakes.smtp import FakeSmtp
from tests.inbox.conftest import Colleague

Say = Callable[[str], str]
Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    gone = [timedelta()]
    now = clock.now

    def move(by: timedelta) -> None:
        gone[0] += by

    monkeypatch.setattr(clock, "now", lambda: now() + gone[0])
    return move


@pytest.fixture
def mail(app: Flask) -> Iterator[FakeSmtp]:
    before = app.config["SETTINGS"]
    with FakeSmtp(tls="none") as server:
        sent_by = {"email_host": "127.0.0.1", "email_port": server.port, "email_security": "none"}
        app.config["SETTINGS"] = before.model_copy(update={**sent_by, "public_url": "https://desk.example.org"})
        yield server
    app.config["SETTINGS"] = before


@pytest.fixture
def slack(app: Flask, tenant: Tenant) -> Iterator[list[str]]:
    """A channel at Slack that refuses the first message for the moment."""
    posted: list[str] = []
    answers = [429]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
            status = answers.pop() if answers else 200
            if status == 200:
                posted.append(text)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = before.model_copy(update={"fetch_loopback": True})
    webhook = f"http://127.0.0.1:{server.server_address[1]}/services/x"
    integrations.add(tenant.organisation_id, "slack", "team", {}, {"webhook": webhook})
    with serving(server):
        yield posted
    app.config["SETTINGS"] = before


def test_colleagues_are_told_once_by_mail_and_at_slack(
    asked: int, tenant: Tenant, mail: FakeSmtp, slack: list[str], rows: Rows, pass_time: Callable[[timedelta], None]
) -> None:
    told = [{"via": "email", "to": "accueil@example.org"}, {"via": "slack", "to": "team"}]
    change_desk(tenant.organisation_id, {"notify": [*told, {"via": "slack", "to": "nowhere"}]})
    for _ in range(3):
        tend()
    assert mail.recipients == ["accueil@example.org"]
    (message,) = mail.mails
    assert message["Subject"].startswith("+57300***0001 pide hablar con una persona")
    assert f"https://desk.example.org/admin/inbox/{asked}" in message.get_content()
    assert slack == []
    pass_time(timedelta(minutes=3))
    tend()
    tend()
    assert len(slack) == 1
    states = rows("SELECT via, target, state FROM handoff_notices WHERE handoff_id = :id ORDER BY id", id=asked)
    assert [(each["target"], each["state"]) for each in states] == [
        ("accueil@example.org", "sent"),
        ("team", "sent"),
        ("nowhere", "failed"),
    ]


def test_a_colleague_on_whatsapp_is_called_as_the_channel_calls_them(asked: int, tenant: Tenant, rows: Rows) -> None:
    notify = [{"via": "channel", "to": "waha:default:+573000000009"}]
    change_desk(tenant.organisation_id, {"notify": [*notify, {"via": "channel", "to": "twilio:x:+573000000009"}]})
    tend()
    statement = "SELECT address FROM outbound_messages WHERE organisation_id = :id AND reason = 'notice' ORDER BY id"
    found = [row["address"] for row in rows(statement, id=tenant.organisation_id)]
    assert [(each["account"], each["to"]) for each in found] == [
        ("waha:default", "573000000009@c.us"),
        ("twilio:x", "whatsapp:+573000000009"),
    ]


def test_a_person_who_waits_long_is_told_of_again_in_working_hours(
    asked: int, tenant: Tenant, colleague: Colleague, mail: FakeSmtp, pass_time: Callable[[timedelta], None]
) -> None:
    change_desk(tenant.organisation_id, {"escalate_minutes": 10, "holidays": _days_around()})
    pass_time(timedelta(minutes=11))
    tend()
    assert colleague.get(f"/{asked}").json["escalated_at"] is None
    notify = [{"via": "email", "to": "chef@example.org"}]
    change_desk(tenant.organisation_id, {"holidays": [], "notify": notify})
    tend()
    tend()
    assert colleague.get(f"/{asked}").json["escalated_at"] is not None
    subjects = [str(each["Subject"]) for each in mail.mails]
    assert [("pide hablar" in each, "espera respuesta desde hace 11 minutos" in each) for each in subjects] == [
        (True, False),
        (False, True),
    ]


def test_the_assistant_goes_on_after_a_humans_silence(
    asked: int,
    tenant: Tenant,
    colleague: Colleague,
    say: Say,
    person: Person,
    pass_time: Callable[[timedelta], None],
) -> None:
    change_desk(tenant.organisation_id, {"resume_minutes": 60, "ask_rating": False})
    colleague.post(f"/{asked}/reply", text="Bonjour")
    say("merci beaucoup")
    pass_time(timedelta(minutes=59))
    tend()
    assert mode_of(person) is TurnMode.HUMAN
    pass_time(timedelta(minutes=2))
    tend()
    # The person's words were the last: somebody else is to have it, and the assistant answers meanwhile.
    left = colleague.get(f"/{asked}").json
    assert (left["state"], left["holder"], mode_of(person)) == ("open", None, TurnMode.BOT)
    colleague.post(f"/{asked}/reply", text="Je reprends")
    pass_time(timedelta(minutes=61))
    tend()
    assert (colleague.get(f"/{asked}").json["state"], mode_of(person)) == ("resolved", TurnMode.BOT)


def _days_around() -> list[str]:
    return [str(clock.now().date() + timedelta(days=each)) for each in (-1, 0, 1)]


BOGOTA = ZoneInfo("America/Bogota")
DESK = AnsweringDesk.model_validate(
    {
        "hours": {
            "monday": [{"since": "08:00", "until": "12:00"}, {"since": "14:00", "until": "18:00"}],
            "saturday": [{"since": "20:00", "until": "00:00"}],
        },
        "holidays": ["2026-12-28"],
    }
)


@pytest.mark.parametrize(
    ("at", "is_open", "opens"),
    [
        ("2026-11-30T07:59", False, "2026-11-30T08:00"),
        ("2026-11-30T08:00", True, "2026-11-30T08:00"),
        ("2026-11-30T12:00", False, "2026-11-30T14:00"),
        ("2026-11-30T18:00", False, "2026-12-05T20:00"),
        ("2026-12-05T23:59", True, "2026-12-05T23:59"),
        ("2026-12-28T09:00", False, "2027-01-02T20:00"),
    ],
)
def test_hours_and_holidays_are_those_of_the_zone(at: str, is_open: bool, opens: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=BOGOTA)
    assert DESK.is_open(moment) is is_open
    assert DESK.opens(moment) == datetime.fromisoformat(opens).replace(tzinfo=BOGOTA)
    assert (DESK.open_since(moment) is not None) is is_open


def test_a_desk_without_hours_is_always_open() -> None:
    assert AnsweringDesk().is_open(datetime(2026, 12, 25, 3, tzinfo=BOGOTA))


@pytest.mark.parametrize(
    ("desk", "at", "since"),
    [
        ({}, "2026-12-25T00:02", "2026-11-25T00:00"),
        ({"holidays": ["2026-12-23"]}, "2026-12-25T00:02", "2026-12-24T00:00"),
        (
            {
                "hours": {
                    "friday": [{"since": "20:00", "until": "00:00"}],
                    "saturday": [{"since": "00:00", "until": "04:00"}],
                }
            },
            "2026-12-05T00:02",
            "2026-12-04T20:00",
        ),
        ({"hours": {"saturday": [{"since": "00:00", "until": "04:00"}]}}, "2026-12-05T00:02", "2026-12-05T00:00"),
    ],
)
def test_midnight_is_no_break_where_people_are_there_on_both_sides_of_it(
    desk: dict[str, Any], at: str, since: str
) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=BOGOTA)
    open_since = AnsweringDesk.model_validate(desk).open_since(moment)
    assert open_since == datetime.fromisoformat(since).replace(tzinfo=BOGOTA)


@pytest.mark.parametrize(
    "changes",
    [
        {"hours": {"monday": [{"since": "18:00", "until": "08:00"}]}},
        {"hours": {"lundi": []}},
        {"notify": [{"via": "pigeon", "to": "x"}]},
        {"notify": [{"via": "email", "to": "nobody"}]},
        {"notify": [{"via": "channel", "to": "waha:+573001234567"}]},
        {"escalate_minutes": 0},
        {"holidays": ["someday"]},
    ],
)
def test_what_no_desk_can_be_is_refused(app: Flask, tenant: Tenant, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        change_desk(tenant.organisation_id, changes)
