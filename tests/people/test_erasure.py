"""A person who asks to be erased: what they said, who they are, every copy of it is gone, and does not come back."""

import random
import string
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.channels.message import Inbound
from cci_app.contacts import reload
from cci_app.contacts.models import Contact
from cci_app.contacts.wishes import ContactWish, find_mark, keep_wish
from cci_app.conversation import memory
from cci_app.conversation.identities import person_behind
from cci_app.conversation.log import log_conversations
from cci_app.conversation.media import InboundFile
from cci_app.conversation.models import Conversation as Message
from cci_app.conversation.models import OutboundMessage, UserSession
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Unavailable
from cci_app.core.phone import national_number
from cci_app.core.pseudonyms import pseudonym
from cci_app.core.queue import Task
from cci_app.exports.files import write_file
from cci_app.exports.job import Order, request_export, run_export
from cci_app.exports.selection import ExportFormat, Selection
from cci_app.files.store import file_store
from cci_app.jobs.models import Job, JobState
from cci_app.people.erasure import Erased, erase_person, run_erasure
from cci_app.people.portability import export_person
from tests.conftest import Tenant
from tests.fakes.workbooks import workbook
from tests.people.traces import Rows, tables, traces

PATH = "/api/v1/whatsapp/message"
OTHER = "+573001112233"


class Member:
    """Somebody whose number, name and words stand in no other test."""

    def __init__(self) -> None:
        self.phone = f"+57301{random.randrange(10**6, 10**7)}"
        mark = "".join(random.choices(string.ascii_lowercase, k=6))
        self.name, self.company = f"Zulenny{mark}", f"Quebrachal{mark}"
        self.fair, self.wood, self.varnish = f"tatabra{mark}", f"guadua{mark}", f"barniz{mark}"

    @property
    def words(self) -> list[str]:
        return [self.phone.removeprefix("+57"), self.name, self.company, self.fair, self.wood, self.varnish]

    @property
    def messages(self) -> list[str]:
        return [
            f"Hola, soy {self.name}",
            "sí, ya entré al espacio de miembros",
            f"fuimos a la feria {self.fair} y nos sirvió mucho",
            f"queremos vender {self.wood} laminada en Medellín",
            "quiero hablar con una persona",
            f"importar {self.varnish} marino antes de marzo",
        ]


Look = Callable[[list[str]], Counter[str]]


@pytest.fixture
def look(rows: Rows, addresses: dict[str, str], store: Path) -> Look:
    """Where some words stand, wherever that is."""
    return lambda words: traces(rows, addresses["redis"], store, words)


@pytest.fixture
def member(app: Flask, tenant: Tenant) -> Member:
    """One of two people in the contact book."""
    made = Member()
    with tenant_transaction(tenant.organisation_id) as session:
        for phone, name in ((made.phone, made.name), (OTHER, "Marta")):
            session.add(
                Contact(
                    organisation_id=tenant.organisation_id,
                    phone=phone,
                    national_number=national_number(phone),
                    first_name=name,
                    company=made.company if phone == made.phone else "Otra SAS",
                )
            )
    return made


def say(web: FlaskClient, tenant: Tenant, user_id: str, text: str) -> str:
    response = web.post(PATH, json={"user_id": user_id, "message": text}, headers=tenant.headers)
    assert response.status_code == 200, response.text
    assert response.json is not None
    reply: str = response.json["response"]
    return reply


def make_exports(tenant: Tenant, member: Member) -> list[uuid.UUID]:
    made = []
    for selection in (Selection(), Selection(user_id=member.phone)):
        for form in (ExportFormat.EXCEL, ExportFormat.CSV):
            job = request_export(tenant.organisation_id, Order(selection, form, "download"))
            run_export(job.id)
            made.append(job.id)
    return made


def erasure_jobs(tenant: Tenant) -> list[Job]:
    with tenant_transaction(tenant.organisation_id) as session:
        return list(session.scalars(sa.select(Job).where(Job.kind == Task.ERASE_PERSON)))


def confirm(web: FlaskClient, tenant: Tenant, member: Member) -> Job:
    """Ask for it and confirm it; the job that came of it, which may be done at once."""
    say(web, tenant, member.phone, "borren mis datos por favor")
    assert "borrados" in say(web, tenant, member.phone, "borrar")
    log_conversations()
    (job,) = erasure_jobs(tenant)
    let_settle(tenant)
    return job


def let_settle(tenant: Tenant) -> None:
    with tenant_transaction(tenant.organisation_id) as session:
        session.execute(sa.text("UPDATE webhook_events SET completed_at = completed_at - interval '1 minute'"))


def job_of(tenant: Tenant, job_id: uuid.UUID) -> Job:
    with tenant_transaction(tenant.organisation_id) as session:
        found = session.get(Job, job_id)
        assert found is not None
        return found


def test_nothing_is_left_of_who_asked_to_be_erased(
    web: FlaskClient, tenant: Tenant, member: Member, rows: Rows, look: Look
) -> None:
    for text in member.messages:
        say(web, tenant, member.phone, text)
    log_conversations()
    make_exports(tenant, member)
    job = confirm(web, tenant, member)
    with tenant_transaction(tenant.organisation_id) as session:
        session.add(waiting(tenant, member, f"{member.name}, ¿cómo le fue en la {member.fair}?"))

    before = look(member.words)
    places: set[str] = {place.partition(".")[0].partition(":")[0] for place in before}
    expected: tuple[str, ...] = (
        "webhook_events",
        "turn_state",
        "conversation_runs",
        "conversations",
        "answers",
        "user_sessions",
    )
    expected += ("handoff_requests", "outbound_messages", "contacts", "jobs")
    assert places >= {*(f"table {name}" for name in expected), "redis cci"}
    assert sum(place.startswith("file ") for place in before) == 4

    with tenant_transaction(tenant.organisation_id) as session:
        session.execute(sa.text("UPDATE outbound_messages SET state = 'cancelled'"))
    run_erasure(job.id)

    done = job_of(tenant, job.id)
    assert done.state == JobState.DONE
    assert done.result is not None
    assert done.result["files"] == 4
    assert done.result["rows"]["conversations"] == len(member.messages) + 2
    assert look(member.words) == {}
    # What is left names nobody.
    person = pseudonym(tenant.organisation_id, member.phone)
    assert look([person]).keys() >= {
        "table audit_log.subject",
        "table contact_marks.person",
    }
    (told,) = rows(
        "SELECT * FROM handoff_requests WHERE organisation_id = :organisation_id",
        organisation_id=tenant.organisation_id,
    )
    assert (told["reason"], told["user_id"]) == ("erased", f"erased:{person[:12]}")
    acts = rows(
        "SELECT act, who, subject FROM audit_log WHERE organisation_id = :id ORDER BY id", id=tenant.organisation_id
    )
    assert [(act["act"], act["who"]) for act in acts][-1] == ("person.erased", "person")
    # The others are as they were.
    assert len(rows("SELECT 1 FROM contacts WHERE organisation_id = :id", id=tenant.organisation_id)) == 1


def waiting(tenant: Tenant, member: Member, text: str) -> OutboundMessage:
    return OutboundMessage(
        organisation_id=tenant.organisation_id,
        assistant="cci",
        user_id=member.phone,
        reason="reply",
        position=1,
        idempotency_key=f"test {uuid.uuid4()}",
        address={"channel": "manychat", "account": "manychat", "to": member.phone},
        part={"kind": "text", "version": 1, "text": text},
        via="push",
    )


def test_whoever_was_erased_is_answered_and_not_asked(
    web: FlaskClient, tenant: Tenant, member: Member, store: Path
) -> None:
    say(web, tenant, member.phone, "hola")
    run_erasure(confirm(web, tenant, member).id)
    assert member.name not in say(web, tenant, member.phone, "muchas gracias")
    reply = say(web, tenant, member.phone, "hola")
    assert "continuar" in reply
    assert "Pregunta 1" not in reply
    assert "1/7" not in reply
    # A way back: they take it up themselves.
    assert "1/7" in say(web, tenant, member.phone, "continuar")
    log_conversations()
    with tenant_transaction(tenant.organisation_id) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM contact_marks")) == 0


def test_a_reload_brings_nobody_back_who_was_erased(
    web: FlaskClient, tenant: Tenant, member: Member, store: Path
) -> None:
    run_erasure(confirm(web, tenant, member).id)
    data = workbook(["Celular", "Nombre"], [member.phone, member.name], [OTHER, "Marta"])
    done = reload.apply(tenant.organisation_id, data, "CO").summary()
    assert (done["erased"], done["unchanged"] + done["changed"], done["added"]) == (1, 1, 0)


def test_the_reply_that_confirms_it_is_given_first(
    web: FlaskClient, tenant: Tenant, member: Member, store: Path
) -> None:
    job = confirm(web, tenant, member)
    with tenant_transaction(tenant.organisation_id) as session:
        session.add(waiting(tenant, member, "borrado"))
    run_erasure(job.id)
    waits = job_of(tenant, job.id)
    assert (waits.state, waits.attempts) == (JobState.QUEUED, 0)
    assert waits.not_before is not None
    with tenant_transaction(tenant.organisation_id) as session:
        session.execute(sa.text("UPDATE outbound_messages SET state = 'sending'"))
        session.execute(sa.text("UPDATE outbound_messages SET state = 'sent'"))
        session.execute(sa.text("UPDATE jobs SET not_before = NULL"))
    run_erasure(job.id)
    assert job_of(tenant, job.id).state == JobState.DONE
    # A second delivery of the bell finds nothing to do.
    run_erasure(job.id)


def test_while_redis_is_away_nothing_is_half_erased(
    web: FlaskClient, tenant: Tenant, member: Member, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = confirm(web, tenant, member)

    def away(_person: object) -> None:
        raise redis.ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(memory, "erase", away)
        run_erasure(job.id)
        with pytest.raises(Unavailable):
            erase_person(tenant.organisation_id, member.phone)
    assert job_of(tenant, job.id).state == JobState.QUEUED
    with tenant_transaction(tenant.organisation_id) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 2
        session.execute(sa.text("UPDATE jobs SET not_before = NULL"))
    run_erasure(job.id)
    assert job_of(tenant, job.id).state == JobState.DONE


def test_an_export_that_is_being_made_is_made_anew(
    web: FlaskClient, tenant: Tenant, member: Member, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(web, tenant, member.phone, "hola, me llamo " + member.name)
    log_conversations()
    job = request_export(tenant.organisation_id, Order(Selection(), ExportFormat.CSV, "download"))
    erased: list[Erased] = []

    def meanwhile(*args: Any) -> None:
        write_file(*args)
        if not erased:
            erased.append(erase_person(tenant.organisation_id, member.phone))

    monkeypatch.setattr("cci_app.exports.job.write_file", meanwhile)
    run_export(job.id)
    assert erased
    assert job_of(tenant, job.id).state == JobState.DONE
    assert look(member.words) == {}


def test_all_that_is_kept_of_a_person_can_be_taken_along(
    web: FlaskClient, tenant: Tenant, member: Member, store: Path
) -> None:
    for text in member.messages:
        say(web, tenant, member.phone, text)
    say(web, tenant, OTHER, "hola")
    log_conversations()
    taken = export_person(tenant.organisation_id, member.phone)
    assert taken["contact"]["company"] == member.company
    said = [row["user_message"] for row in taken["record"]["conversations"]]
    assert said == member.messages
    assert {"answers", "conversation_runs", "handoff_requests", "turn_state", "webhook_events"} <= set(taken["record"])
    assert member.fair in str(taken["record"]["answers"])
    assert OTHER not in str(taken)


def test_every_table_is_looked_through(app: Flask, rows: Rows) -> None:
    assert len(tables(rows)) > 20


def test_admins_and_the_command_line_do_it_too(
    web: FlaskClient, app: Flask, tenant: Tenant, member: Member, look: Look
) -> None:
    say(web, tenant, member.phone, "hola, me llamo " + member.name)
    address = f"/api/v1/admin/people/{member.phone}"
    exported = web.get(f"{address}/export", headers=tenant.headers)
    assert exported.status_code == 200
    assert exported.json is not None
    assert exported.json["record"]["webhook_events"][0]["text"] == "hola, me llamo " + member.name
    assert member.phone not in exported.headers["Content-Disposition"]
    marked = web.put(f"{address}/wish", json={"wish": "gone"}, headers=tenant.headers)
    assert marked.json is not None
    assert marked.json["wish"] == "gone"
    runner = app.test_cli_runner()
    printed = runner.invoke(args=["person", "export", member.phone, "--organisation", tenant.slug])
    assert '"wish": "gone"' in printed.output
    erased = web.delete(address, headers=tenant.headers)
    assert erased.status_code == 200, erased.text
    assert erased.json is not None
    assert erased.json["rows"]["contacts"] == 1
    assert look(member.words) == {}
    say(web, tenant, member.phone, "hola, me llamo " + member.name)
    assert (
        runner.invoke(args=["person", "erase", member.phone, "--organisation", tenant.slug], input="n\n").exit_code == 1
    )
    done = runner.invoke(args=["person", "erase", member.phone, "--organisation", tenant.slug, "--yes"])
    assert done.exit_code == 0, done.output
    assert look(member.words) == {}


def test_a_person_is_erased_under_all_ids_that_channels_know(tenant: Tenant, member: Member, look: Look) -> None:
    hidden = f"{member.phone.removeprefix('+')}77@lid"
    with tenant_transaction(tenant.organisation_id) as session:
        keep_wish(session, tenant.organisation_id, hidden, ContactWish.LEAVE_ALONE)
        session.add(
            UserSession(
                organisation_id=tenant.organisation_id,
                assistant="cci",
                user_id=hidden,
                first_interaction=clock.now(),
                last_interaction=clock.now(),
                client_context={"first_name": member.name},
            )
        )
    both = Inbound("waha", "waha:main", hidden, also=(member.phone,))
    assert person_behind(tenant.organisation_id, both) == member.phone
    with tenant_transaction(tenant.organisation_id) as session:
        # What was wished under one id holds for the other.
        assert find_mark(session, tenant.organisation_id, member.phone) is not None
    taken = export_person(tenant.organisation_id, member.phone)
    assert taken["record"]["user_sessions"][0]["user_id"] == hidden
    erased = erase_person(tenant.organisation_id, hidden)
    assert (erased.rows["user_sessions"], erased.rows["person_identities"], erased.rows["contacts"]) == (1, 1, 1)
    assert look(member.words) == {}
    with tenant_transaction(tenant.organisation_id) as session:
        for user_id in (hidden, member.phone):
            mark = find_mark(session, tenant.organisation_id, user_id)
            assert mark is not None
            assert mark.erased_at is not None


def test_what_they_sent_beside_words_goes_too(tenant: Tenant, member: Member, look: Look, app: Flask) -> None:
    key = f"inbound/{tenant.organisation_id}/voice-{member.wood}.ogg"
    file_store(app.config["SETTINGS"]).put(key, member.fair.encode())
    with tenant_transaction(tenant.organisation_id) as session:
        whose = {"organisation_id": tenant.organisation_id, "assistant": "cci", "user_id": member.phone}
        session.add(InboundFile(**whose, receipt_id=1, position=0, kind="audio", file_key=key, media_type="audio/ogg"))
    assert look([member.fair])
    assert erase_person(tenant.organisation_id, member.phone).files == 1
    assert look(member.words) == {}
