"""A task that is late: comment, mail, Telegram, WhatsApp; once each, whatever dies and whatever the clock does."""

import contextlib
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.channels.accounts import channel_accounts, forget_accounts
from cci_app.coordination.collaborators import change_collaborator
from cci_app.coordination.comments import add_comment, list_comments
from cci_app.coordination.handbook.checking import check_work
from cci_app.coordination.handbook.violations import ViolationFilter, list_violations, reopen, waive
from cci_app.coordination.models import Project
from cci_app.coordination.monitor.history import try_rules
from cci_app.coordination.monitor.rules import DEFAULT_FILE, read_rules
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.coordination.monitor.standing import escalate_now, open_alerts, say_on_it, standing
from cci_app.coordination.monitor.watching import look
from cci_app.coordination.tasks import change_task
from cci_app.core import clock
from cci_app.core.database import ScopedSession, system_transaction
from cci_app.core.errors import Conflict
from cci_app.core.mail import Mail, send_mail
from cci_app.reminders import sending
from cci_app.reminders.sending import carry_all, send_mails
from tests.channels.conftest import add_account
from tests.conftest import Tenant
from tests.coordination.work import give, make_person, make_project
from tests.fakes.smtp import FakeSmtp
from tests.fakes.telegram import SECRET, TOKEN

Rows = Callable[..., list[dict[str, Any]]]
# A Wednesday, ten in the morning in Bogotá.
NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
YESTERDAY = date(2026, 3, 3)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def post(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSmtp]:
    with FakeSmtp() as server:
        made = ssl.create_default_context()
        server.authority.configure_trust(made)
        monkeypatch.setattr(ssl, "create_default_context", lambda: made)
        changes = {"email_host": "127.0.0.1", "email_port": server.port, "email_from": "work@example.org"}
        settings = app.config["SETTINGS"].model_copy(update={**changes, "public_url": "https://cci.example.org"})
        monkeypatch.setitem(app.config, "SETTINGS", settings)
        yield server


@pytest.fixture
def team(tenant: Tenant, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project whose people are reached by mail, Telegram and WhatsApp."""
    loopback = app.config["SETTINGS"].model_copy(update={"fetch_loopback": True})
    monkeypatch.setitem(app.config, "SETTINGS", loopback)
    add_account(tenant, "telegram", {"base_url": "http://127.0.0.1:9"}, {"token": TOKEN, "secret": SECRET})
    add_account(tenant, "waha", {"base_url": "http://127.0.0.1:9"}, {"api_key": "key", "token": "hook-token"})
    manager = make_person(tenant, "Bruno Díaz", reach=[{"via": "telegram", "to": "4711"}])
    owner = make_person(tenant, "Carla Gómez", reach=[{"via": "whatsapp", "to": "+57 300 000 0001"}])
    yield make_project(tenant, manager_id=manager.id, owner_id=owner.id)
    for kind in ("telegram", "waha"):
        channel_accounts.remove(tenant.organisation_id, kind, "main")
    forget_accounts()


def late(tenant: Tenant, project: Project, title: str = "Diseño urgente", **values: Any) -> Any:
    """A task whose day was yesterday; of normal urgency, a day from step to step."""
    ana = values.pop("assignee", None) or make_person(tenant, reach=[{"via": "email", "to": "ana@example.org"}])
    return give(tenant, project, title, assignee_id=ana.id, due_date=YESTERDAY, **values)


def tend(tenant: Tenant, now: datetime) -> None:
    look(tenant.organisation_id, now)
    carry_all(tenant.organisation_id, now)
    send_mails(now)


def outbox(rows: Rows, tenant: Tenant) -> list[tuple[str, str]]:
    found = rows(
        "SELECT address, part FROM outbound_messages WHERE organisation_id = :id ORDER BY id", id=tenant.organisation_id
    )
    return [(row["address"]["channel"], row["part"]["text"]) for row in found]


def addresses(rows: Rows, tenant: Tenant) -> list[tuple[str, str]]:
    found = rows(
        "SELECT user_id, address ->> 'to' AS to FROM outbound_messages WHERE organisation_id = :id ORDER BY id",
        id=tenant.organisation_id,
    )
    return [(row["user_id"], row["to"]) for row in found]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW - 10 * DAY)


def test_one_step_after_the_other_until_somebody_is_on_it(
    tenant: Tenant, team: Project, post: FakeSmtp, rows: Rows
) -> None:
    task = late(tenant, team)
    for minutes in range(0, 24 * 60, 180):
        tend(tenant, NOW + timedelta(minutes=minutes))
    (mail,) = post.mails
    assert (mail["To"], mail["Subject"]) == ("ana@example.org", f"Tarea {task.id}: Diseño urgente")
    assert "debía estar lista el 3 de marzo de 2026" in mail.get_content()
    (comment,) = list_comments(tenant.organisation_id, task.id)
    assert comment.content == "Debía estar lista el 3 de marzo de 2026. Se le avisa a @ana.perez."
    tend(tenant, NOW + DAY)
    ((channel, text),) = outbox(rows, tenant)
    assert (channel, "Ana Pérez, que no ha respondido" in text) == ("telegram", True)
    tend(tenant, NOW + 2 * DAY)
    assert [channel for channel, _ in outbox(rows, tenant)] == ["telegram", "waha"]
    assert addresses(rows, tenant) == [("telegram:4711", "4711"), ("+573000000001", "573000000001@c.us")]
    said = say_on_it(tenant.organisation_id, task.id, "Bruno Díaz", NOW + 2 * DAY + HOUR)
    assert said.alerts == 1
    tend(tenant, said.until - timedelta(minutes=1))
    assert len(post.mails) + len(outbox(rows, tenant)) == 3
    # It is the weekend when their time is over: the assignee hears of it again on Monday.
    tend(tenant, said.until)
    assert len(post.mails) == 1
    tend(tenant, NOW + 5 * DAY)
    assert len(post.mails) == 2
    change_task(tenant.organisation_id, task.id, {"status": "done"})
    for day in range(6, 20):
        tend(tenant, NOW + day * DAY)
    assert len(post.mails) + len(outbox(rows, tenant)) == 4
    assert standing(tenant.organisation_id).open_alerts == 0


def checked(tenant: Tenant, now: datetime) -> None:
    check_work(tenant.organisation_id, now)
    tend(tenant, now)


def test_what_breaks_the_handbook_is_told_once_in_the_digest(
    tenant: Tenant, team: Project, post: FakeSmtp, rows: Rows
) -> None:
    ana = make_person(tenant, reach=[{"via": "email", "to": "ana@example.org"}])
    task = late(tenant, team, "Portada", assignee=ana, status="in_progress")
    give(tenant, team, "Cartel", assignee_id=ana.id)
    checked(tenant, NOW)
    (mail,) = post.mails
    text = mail.get_content()
    assert mail["Subject"] == "2 tareas esperan"
    for title in ("Portada", "Cartel"):
        assert f"«{title}» (Web): incumple «El título dice qué hay que hacer» (Manual de trabajo, 4: Títulos)." in text
    assert "incumple «Lo que está en curso tiene estimación» (Manual de trabajo, 2: Estimaciones). Escriba" in text
    # Whatever becomes of the task's being late: of the rule nobody hears again, nor anybody else.
    for day in range(1, 20):
        checked(tenant, NOW + day * DAY)
    told = [each.get_content() for each in post.mails[1:]] + [each for _, each in outbox(rows, tenant)]
    assert told
    assert not any("incumple" in each for each in told)
    # What was let be and is not any more is the same; what was mended and is broken anew is not.
    (violation, *_) = list_violations(tenant.organisation_id, ViolationFilter(rule="estimate-before-start"))
    waive(tenant.organisation_id, violation["id"], "Es un prototipo")
    checked(tenant, NOW + 20 * DAY)
    reopen(tenant.organisation_id, violation["id"])
    checked(tenant, NOW + 21 * DAY)
    assert not any("incumple" in each.get_content() for each in post.mails[1:])
    change_task(tenant.organisation_id, task.id, {"estimate_hours": 3})
    checked(tenant, NOW + 22 * DAY)
    change_task(tenant.organisation_id, task.id, {"estimate_hours": None})
    checked(tenant, NOW + 23 * DAY)
    again = [each.get_content() for each in post.mails[1:] if "incumple" in each.get_content()]
    assert len(again) == 1
    assert again[0].count("incumple") == 1


def test_who_cannot_be_reached_has_a_manager_who_hears_of_it(tenant: Tenant, team: Project, rows: Rows) -> None:
    done = give(tenant, team, "Reservar el salón", status="done", assignee_id=make_person(tenant, "Eva Ríos").id)
    checked(tenant, NOW)
    ((channel, text),) = outbox(rows, tenant)
    assert (channel, "«Lo terminado cierra con un comentario»" in text) == ("telegram", True)
    assert "A cargo de Eva Ríos." in text
    (alert,) = open_alerts(tenant.organisation_id)
    assert (alert["cause"], alert["task_id"]) == ("broken_rule", done.id)
    add_comment(tenant.organisation_id, done.id, "Quedó reservado")
    checked(tenant, NOW + HOUR)
    assert open_alerts(tenant.organisation_id) == []


def test_a_rule_that_tells_nobody_of_the_handbook(tenant: Tenant, team: Project) -> None:
    text = DEFAULT_FILE.read_text()
    assert "broken_rule:" in text
    own = text.replace("  broken_rule:\n    steps: [assignee, manager]\n    once: true", "  # no more\n    #")
    MONITOR_RULES.make_count(tenant.organisation_id, MONITOR_RULES.draft(tenant.organisation_id, own).id)
    give(tenant, team, "Cartel", assignee_id=make_person(tenant).id)
    checked(tenant, NOW)
    assert open_alerts(tenant.organisation_id) == []
    tried = [try_rules(tenant.organisation_id, read_rules(each), NOW + DAY) for each in (text, own)]
    assert [each.alerts.get("broken_rule", 0) for each in tried] == [1, 0]


def test_ten_tasks_are_one_message(tenant: Tenant, team: Project, post: FakeSmtp) -> None:
    ana = make_person(tenant, reach=[{"via": "email", "to": "ana@example.org"}])
    for number in range(10):
        late(tenant, team, f"Tarea {number}", assignee=ana)
    tend(tenant, NOW)
    (mail,) = post.mails
    assert mail["Subject"] == "10 tareas esperan"
    assert all(f"«Tarea {number}»" in mail.get_content() for number in range(10))
    late(tenant, team, "Una más", assignee=ana)
    tend(tenant, NOW + timedelta(minutes=10))
    assert len(post.mails) == 1
    tend(tenant, NOW + timedelta(minutes=31))
    assert len(post.mails) == 2


def test_nobody_is_woken_even_when_they_move_in_the_meantime(tenant: Tenant, team: Project, post: FakeSmtp) -> None:
    task = late(tenant, team)
    night = NOW + 12 * HOUR
    tend(tenant, night)
    assert post.mails == []
    # In Dakar it is already day when it still is night in Bogotá; what was decided holds, the hour is theirs.
    change_collaborator(tenant.organisation_id, task.assignee_id, {"timezone": "Africa/Dakar"})
    tend(tenant, NOW + 18 * HOUR)
    assert post.mails == []
    tend(tenant, NOW + 22 * HOUR)
    assert len(post.mails) == 1
    change_collaborator(tenant.organisation_id, task.assignee_id, {"timezone": "Asia/Tokyo"})
    tend(tenant, NOW + 22 * HOUR)
    assert len(post.mails) == 1


def test_what_was_settled_meanwhile_is_not_told(tenant: Tenant, team: Project, post: FakeSmtp, rows: Rows) -> None:
    task = late(tenant, team)
    look(tenant.organisation_id, NOW)
    change_task(tenant.organisation_id, task.id, {"status": "done"})
    tend(tenant, NOW)
    assert post.mails == []
    other = late(tenant, team, "Otra", assignee=make_person(tenant, "Eva", reach=[{"via": "email", "to": "e@x.org"}]))
    look(tenant.organisation_id, NOW)
    carry_all(tenant.organisation_id, NOW)
    say_on_it(tenant.organisation_id, other.id, "Eva", NOW)
    send_mails(NOW)
    assert post.mails == []
    (row,) = rows("SELECT state FROM reminder_messages WHERE organisation_id = :id", id=tenant.organisation_id)
    assert row["state"] == "cancelled"


def test_who_left_is_not_written_to(tenant: Tenant, team: Project, post: FakeSmtp, rows: Rows) -> None:
    task = late(tenant, team)
    look(tenant.organisation_id, NOW)
    change_collaborator(tenant.organisation_id, task.assignee_id, {"left_on": YESTERDAY})
    tend(tenant, NOW)
    assert post.mails == []
    # The task is nobody's now: the manager hears of it.
    assert [channel for channel, _ in outbox(rows, tenant)] == ["telegram"]


def test_a_mail_that_is_refused_for_now_is_sent_later(tenant: Tenant, team: Project, post: FakeSmtp) -> None:
    late(tenant, team)
    post.answers.append("451 later")
    tend(tenant, NOW)
    assert post.mails == []
    tend(tenant, NOW + timedelta(minutes=3))
    assert len(post.mails) == 1


def test_somebody_asks_for_it_to_go_on_now(tenant: Tenant, team: Project, post: FakeSmtp, rows: Rows) -> None:
    task = late(tenant, team)
    tend(tenant, NOW)
    assert escalate_now(tenant.organisation_id, task.id, NOW + HOUR) == 1
    tend(tenant, NOW + HOUR)
    assert [channel for channel, _ in outbox(rows, tenant)] == ["telegram"]
    calm = give(tenant, team, "Tranquila", assignee_id=task.assignee_id)
    assert escalate_now(tenant.organisation_id, calm.id, NOW + HOUR) == 1
    (alert,) = open_alerts(tenant.organisation_id, calm.id)
    assert (alert["cause"], alert["told"][0]["step"]) == ("asked", "assignee")
    change_task(tenant.organisation_id, calm.id, {"status": "done"})
    with pytest.raises(Conflict):
        escalate_now(tenant.organisation_id, calm.id, NOW + HOUR)


class Killed(BaseException):
    """The process ends here: nothing after it runs, what is not committed is not there."""


class Deaths:
    """Ends what runs at the nth commit, before it or after it, or right after a mail was taken."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = -1
        self.killed = 0
        send = send_mail

        def send_and_die(*words: Any) -> None:
            send(*words)
            self.step()

        monkeypatch.setattr(sending, "send_mail", send_and_die)

    def step(self, *_: Any) -> None:
        self.left -= 1
        if self.left == 0:
            self.killed += 1
            raise Killed


@pytest.fixture
def deaths(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deaths]:
    made = Deaths(monkeypatch)
    sa.event.listen(ScopedSession, "before_commit", made.step)
    sa.event.listen(ScopedSession, "after_commit", made.step)
    yield made
    sa.event.remove(ScopedSession, "before_commit", made.step)
    sa.event.remove(ScopedSession, "after_commit", made.step)


def die_through(tenant: Tenant, deaths: Deaths, beginning: datetime) -> None:
    """Twenty deaths at all places of a round; the clock is put back and forward in between."""
    for number in range(1, 60):
        if deaths.killed == 20:
            break
        moment = beginning + timedelta(minutes=number)
        if number == 7:
            moment -= 3 * HOUR
        elif number == 13:
            moment += 30 * timedelta(days=365)
        deaths.left = 1 + number % 13
        with contextlib.suppress(Killed):
            tend(tenant, moment)
        deaths.left = -1
        if number == 13:
            # Whoever mends the clock finds what was decided in that far future.
            tend(tenant, beginning + timedelta(minutes=number))
    for minutes in (90, 180, 240, 400):
        tend(tenant, beginning + timedelta(minutes=minutes))


def test_twenty_deaths_and_a_clock_that_goes_wrong_tell_each_once(
    tenant: Tenant, team: Project, post: FakeSmtp, rows: Rows, deaths: Deaths
) -> None:
    late(tenant, team)
    die_through(tenant, deaths, NOW)
    assert deaths.killed == 20
    told = rows(
        "SELECT r.round, r.step, count(*) FROM task_reminders r JOIN task_alerts a ON a.id = r.alert_id"
        " WHERE r.organisation_id = :id GROUP BY 1, 2",
        id=tenant.organisation_id,
    )
    assert told
    assert all(row["count"] == 1 for row in told)
    by_mail = [row for row in told if row["step"] == "assignee"]
    # Sent as often as its sender died after it was taken, and each time the same mail.
    assert len({mail["Message-ID"] for mail in post.mails}) == len(by_mail)
    assert len(outbox(rows, tenant)) == len(told) - len(by_mail)


def test_the_control_without_keys_a_death_tells_twice(
    tenant: Tenant, team: Project, post: FakeSmtp, deaths: Deaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = Mail
    monkeypatch.setattr(sending, "Mail", lambda to, subject, text, **_: mail(to, subject, text))
    late(tenant, team)
    look(tenant.organisation_id, NOW)
    carry_all(tenant.organisation_id, NOW)
    for number in range(3):
        # Two commits, each before and after; then the mail is taken, and its sender dies.
        deaths.left = 5
        with contextlib.suppress(Killed):
            send_mails(NOW + number * HOUR)
        deaths.left = -1
    send_mails(NOW + 5 * HOUR)
    assert len({each["Message-ID"] for each in post.mails}) > 1


def test_two_who_look_at_once_tell_once(tenant: Tenant, team: Project, app: Flask, post: FakeSmtp) -> None:
    late(tenant, team)
    with system_transaction() as session:
        look(tenant.organisation_id, NOW)
        held = sa.text("SELECT 1 FROM monitor_states WHERE organisation_id = :id FOR UPDATE")
        session.execute(held, {"id": tenant.organisation_id})
        assert look(tenant.organisation_id, NOW) is None
    tend(tenant, NOW)
    assert len(post.mails) == 1
