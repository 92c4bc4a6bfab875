"""One human at a time answers a person, and the assistant is silent meanwhile."""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import TurnMode
from cci_app.conversation.modes import mode_of
from cci_app.core.database import tenant_transaction
from cci_app.handoff.models import Handoff
from tests.conftest import Tenant
from tests.inbox.conftest import NUMBER, Colleague

Say = Callable[[str], str]


def test_a_request_is_listed_taken_answered_and_handed_back(
    asked: int, colleague: Colleague, say: Say, person: Person
) -> None:
    listed = colleague.get("?view=unassigned").json["handoffs"]
    assert [(each["id"], each["user_id"], each["state"], each["waiting"]) for each in listed] == [
        (asked, NUMBER, "open", True)
    ]
    taken = colleague.post(f"/{asked}/take")
    assert (taken.status_code, taken.json["state"], taken.json["holder"]) == (
        200,
        "assigned",
        f"member:{colleague.member.id}",
    )
    assert colleague.get("?view=unassigned").json["handoffs"] == []
    assert [each["id"] for each in colleague.get("?view=mine").json["handoffs"]] == [asked]
    assert mode_of(person) is TurnMode.HUMAN
    assert say("vous êtes là ?") == ""
    # A channel that cannot be written to: the words open the next reply, and nothing else does.
    answered = colleague.post(f"/{asked}/reply", text="Oui, bonjour, ici Ana.")
    assert answered.json["composer"]["pushes"] is False
    assert say("merci") == "Oui, bonjour, ici Ana."
    assert say("et alors ?") == ""
    items = [item for item in colleague.get(f"/{asked}").json["items"] if item["kind"] in {"person", "reply"}]
    assert [(item["kind"], item["text"], item["delivery"]) for item in items][-4:] == [
        ("person", "vous êtes là ?", None),
        ("reply", "Oui, bonjour, ici Ana.", "sent"),
        ("person", "merci", None),
        ("person", "et alors ?", None),
    ]
    texts = [item["text"] for item in colleague.get(f"/{asked}").json["items"]]
    assert texts.count("Oui, bonjour, ici Ana.") == 1
    closed = colleague.post(f"/{asked}/close")
    assert (closed.json["state"], closed.json["holder"]) == ("resolved", None)
    assert mode_of(person) is TurnMode.BOT
    assert [each["id"] for each in colleague.get("?view=resolved").json["handoffs"]] == [asked]


def test_the_second_who_takes_it_is_told_who_has_it(asked: int, colleague: Colleague, other: Colleague) -> None:
    assert colleague.post(f"/{asked}/take").status_code == 200
    for path, body in (("take", {}), ("reply", {"text": "moi aussi"}), ("close", {})):
        refused = other.post(f"/{asked}/{path}", **body)
        assert refused.status_code == 409, path
        told = refused.json["error"]
        assert told["details"]["holder"] == f"member:{colleague.member.id}"
        assert told["message"] == f"{colleague.member.email} answers this person"
    assert "moi aussi" not in str(other.get(f"/{asked}").json["items"])
    # Who has it may take it again, and a note is anybody's.
    assert colleague.post(f"/{asked}/take").status_code == 200
    assert other.post(f"/{asked}/note", text="je connais cette entreprise").status_code == 200


def test_of_many_who_take_it_at_once_one_has_it(app: Flask, tenant: Tenant, asked: int) -> None:
    colleagues = [Colleague(app, tenant) for _ in range(6)]
    statuses: list[int] = []
    ready = threading.Barrier(len(colleagues))

    def take(one: Colleague) -> None:
        ready.wait()
        statuses.append(one.post(f"/{asked}/take").status_code)

    threads = [threading.Thread(target=take, args=(one,)) for one in colleagues]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(statuses) == [200] + [409] * 5


def test_the_database_lets_no_second_request_of_a_person_be_open(asked: int, person: Person) -> None:
    with (
        pytest.raises(sa.exc.IntegrityError, match="uq_handoff_requests_person"),
        tenant_transaction(person.organisation_id) as session,
    ):
        session.add(Handoff(**person.columns, reason="x", summary=""))
    with (
        pytest.raises(sa.exc.IntegrityError, match="ck_handoff_requests_holder"),
        tenant_transaction(person.organisation_id) as session,
    ):
        session.execute(sa.update(Handoff).where(Handoff.id == asked).values(state="assigned"))


def test_it_is_passed_on_and_given_back(
    app: Flask, tenant: Tenant, asked: int, colleague: Colleague, other: Colleague, person: Person
) -> None:
    viewer, boss = Colleague(app, tenant, Role.VIEWER), Colleague(app, tenant, Role.ADMIN)
    colleague.post(f"/{asked}/take")
    assert other.post(f"/{asked}/assign", member_id=other.member.id).status_code == 409
    assert colleague.post(f"/{asked}/assign", member_id=viewer.member.id).status_code == 422
    assert viewer.post(f"/{asked}/take").status_code == 403
    passed = colleague.post(f"/{asked}/assign", member_id=other.member.id)
    assert passed.json["holder"] == f"member:{other.member.id}"
    assert colleague.post(f"/{asked}/reply", text="encore moi").status_code == 409
    back = boss.post(f"/{asked}/assign", member_id=None)
    assert (back.json["state"], back.json["holder"]) == ("open", None)
    assert mode_of(person) is TurnMode.BOT


def test_it_is_taken_up_again_unless_there_is_another(
    asked: int, colleague: Colleague, say: Say, person: Person
) -> None:
    colleague.post(f"/{asked}/take")
    assert colleague.post(f"/{asked}/reopen").status_code == 409
    colleague.post(f"/{asked}/close")
    for path, body in (("take", {}), ("reply", {"text": "x"}), ("close", {})):
        assert colleague.post(f"/{asked}/{path}", **body).status_code == 409, path
    assert colleague.post(f"/{asked}/reopen").json["holder"] == f"member:{colleague.member.id}"
    assert mode_of(person) is TurnMode.HUMAN
    colleague.post(f"/{asked}/close")
    say("je veux parler à quelqu'un de chez vous")
    refused = colleague.post(f"/{asked}/reopen")
    assert refused.status_code == 409
    assert refused.json["error"]["details"]["handoff_id"] != asked


def test_somebody_who_asked_for_nobody_can_be_answered(colleague: Colleague, other: Colleague, person: Person) -> None:
    begun = colleague.post("", user_id=NUMBER)
    assert (begun.status_code, begun.json["reason"], begun.json["state"]) == (201, "member", "assigned")
    assert mode_of(person) is TurnMode.HUMAN
    assert other.post("", user_id=NUMBER).status_code == 409


def test_labels_and_unread_filter_the_list(asked: int, colleague: Colleague, say: Say) -> None:
    assert [each["unread"] for each in colleague.get("?unread=true").json["handoffs"]] == [True]
    colleague.post(f"/{asked}/take")
    assert colleague.get("?unread=true").json["handoffs"] == []
    say("encore une question")
    assert [each["id"] for each in colleague.get("?unread=true").json["handoffs"]] == [asked]
    assert colleague.put(f"/{asked}/labels", labels=["visas", " visas ", "urgent"]).json["labels"] == [
        "urgent",
        "visas",
    ]
    assert [each["id"] for each in colleague.get("?label=visas").json["handoffs"]] == [asked]
    assert colleague.get("?label=autre").json["handoffs"] == []
    assert colleague.put(f"/{asked}/labels", labels=["x"] * 11).status_code == 422


def test_a_list_goes_on_where_its_page_ended(colleague: Colleague, tenant: Tenant) -> None:
    for number in range(5):
        colleague.post("", user_id=f"+57300000010{number}")
    seen, before = [], ""
    while True:
        page = colleague.get(f"?limit=2{before}").json
        seen += [each["user_id"] for each in page["handoffs"]]
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert seen == [f"+57300000010{number}" for number in (4, 3, 2, 1, 0)]


def test_a_mode_is_set_by_the_api_before_any_message(web: FlaskClient, tenant: Tenant, say: Say) -> None:
    path = f"/api/v1/users/{NUMBER}/mode"
    assert web.get(path, headers=tenant.headers).json == {"user_id": NUMBER, "assistant": "cci", "mode": "bot"}
    paused = {"user_id": NUMBER, "assistant": "cci", "mode": "paused"}
    assert web.put(path, headers=tenant.headers, json={"mode": "paused"}).json == paused
    assert say("Bonjour") == ""
    web.put(path, headers=tenant.headers, json={"mode": "bot"})
    assert say("Bonjour à vous") != ""
    assert web.put(path, headers=tenant.headers, json={"mode": "asleep"}).status_code == 422
