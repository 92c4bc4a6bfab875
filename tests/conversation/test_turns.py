"""Receipts and turns: one at a time, in order, written once."""

import threading
import uuid
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from cci_app.channels.message import Text, parts_to_json
from cci_app.channels.ports import Rendered
from cci_app.conversation import completing, receipts, turns
from cci_app.conversation.completing import Completion
from cci_app.conversation.inbound import Event, Person
from cci_app.conversation.outcome import Outcome
from cci_app.conversation.turns import LeaseLost, Turn
from cci_app.core.database import tenant_transaction
from tests.conftest import Tenant
from tests.conversation.scripted import event, until


@pytest.fixture
def person(tenant: Tenant) -> Person:
    return Person(tenant.organisation_id, "cci", "+573000000001")


def opened(person: Person, text: str = "Bonjour", event_id: str | None = None) -> receipts.Receipt:
    return receipts.open_receipt(event(person, text, event_id), "CO")


def rendered(text: str) -> Rendered:
    return Rendered(f'"{text}"'.encode())


def outcome_of(text: str) -> Outcome:
    nothing: dict[str, Any] = dict.fromkeys(("language", "run", "ended", "progress", "company", "contact", "agent"))
    return Outcome(parts=parts_to_json([Text(text)]), has_context=False, response_time_ms=1, **nothing)


def completion(text: str, **state: Any) -> Completion:
    return Completion(
        state={"said": text, **state},
        outcome=outcome_of(text),
        reply=rendered(text),
        failed=False,
        address=None,
        pushable=False,
        late=(Text(text),),
    )


def take(receipt: receipts.Receipt) -> Turn:
    assert receipt.turn is not None
    return receipt.turn


def expire_lease(person: Person) -> None:
    with tenant_transaction(person.organisation_id) as session:
        session.execute(sa.text("UPDATE turn_state SET lease_until = now() - interval '1 second'"))


def test_a_new_event_takes_the_turn(app: Flask, person: Person) -> None:
    turn = take(opened(person, event_id="one"))
    assert turn.text == "Bonjour"
    assert turn.state == {}
    assert turn.attempts == 1


def test_a_repeat_finds_the_stored_reply(app: Flask, person: Person) -> None:
    turn = take(opened(person, event_id="one"))
    assert opened(person, event_id="one") == receipts.Receipt(turn.receipt_id, turn.channel, repeated=True)
    completing.complete(turn, completion("Bienvenue"), unheard=False)
    assert opened(person, event_id="one").reply == rendered("Bienvenue")


def test_no_id_that_is_sent_stands_for_one_that_we_give(app: Flask, person: Person) -> None:
    first = take(opened(person, "Bonjour"))
    completing.complete(first, completion("Bienvenue"), unheard=False)
    with tenant_transaction(person.organisation_id) as session:
        session.execute(sa.text("UPDATE webhook_events SET completed_at = now() - interval '1 minute'"))
        ours = session.scalar(sa.text("SELECT event_id FROM webhook_events"))
    assert ours
    # The next one's, of the same text.
    guessed = ours.removesuffix(" 0") + f" {first.receipt_id}"
    take(receipts.open_receipt(event(replace(person, user_id="+573000000002"), "x", guessed), "CO"))
    assert take(opened(person, "Bonjour")).receipt_id > first.receipt_id


def test_the_same_words_are_no_repeat_for_an_hour_though_the_clock_is_set_back(app: Flask, person: Person) -> None:
    first = take(opened(person, "Bonjour"))
    completing.complete(first, completion("Bienvenue"), unheard=False)
    assert opened(person, "Bonjour").repeated
    with tenant_transaction(person.organisation_id) as session:
        session.execute(sa.text("UPDATE webhook_events SET completed_at = completed_at + interval '1 hour'"))
    assert not opened(person, "Bonjour").repeated


def test_what_is_said_to_two_assistants_without_an_id_is_two_events(app: Flask, person: Person) -> None:
    first, second = (take(opened(replace(person, assistant=name), "Bonjour")) for name in ("cci", "members"))
    assert first.receipt_id != second.receipt_id


def test_the_same_event_id_of_another_organisation_is_another_event(app: Flask, person: Person) -> None:
    from tests.conftest import make_tenant

    other = Person(make_tenant(f"other-{uuid.uuid4().hex[:8]}").organisation_id, "cci", person.user_id)
    assert take(opened(person, event_id="one")).receipt_id != take(opened(other, event_id="one")).receipt_id


def test_a_second_message_waits_for_the_first(app: Flask, person: Person) -> None:
    first = take(opened(person, "first", "1"))
    second = opened(person, "second", "2")
    assert second.turn is None
    assert turns.take_turn(person, second.id, "CO") is None
    completing.complete(first, completion("one"), unheard=False)
    turn = turns.take_turn(person, second.id, "CO")
    assert turn is not None
    assert turn.state == {"said": "one"}
    assert turn.sequence == 1


def test_messages_that_wait_are_answered_as_one(app: Flask, person: Person) -> None:
    first = take(opened(person, "first", "1"))
    second, third = opened(person, "second", "2"), opened(person, "third", "3")
    completing.complete(first, completion("one"), unheard=False)
    # Whoever sent the second reads the answer to both where the third is answered.
    assert turns.take_turn(person, second.id, "CO") is None
    turn = turns.take_turn(person, third.id, "CO")
    assert turn is not None
    assert (turn.receipt_id, turn.earlier, turn.text) == (third.id, (second.id,), "second\nthird")
    completing.complete(turn, replace(completion("both"), empty=rendered("")), unheard=False)
    assert receipts.stored_reply(person, second.id) == rendered("")
    assert receipts.stored_reply(person, third.id) == rendered("both")
    assert take(opened(person, "fourth", "4")).sequence == 2


def test_the_newest_for_which_somebody_waits_gets_the_reply(app: Flask, person: Person) -> None:
    first = take(opened(person, "first", "1"))
    second, third = opened(person, "second", "2"), opened(person, "third", "3")
    receipts.hold(person, third.id, rendered("un instant"))
    completing.complete(first, completion("one"), unheard=False)
    turn = turns.take_turn(person, second.id, "CO")
    assert turn is not None
    assert (turn.receipt_id, turn.earlier) == (second.id, ())


def test_another_channel_and_a_reset_are_no_part_of_it(app: Flask, person: Person) -> None:
    first = take(opened(person, "first", "1"))
    events = [
        event(person, "second", "2"),
        event(person, "third", "3", channel="manychat"),
        Event.reset(person, "api", "x"),
    ]
    waiting = [receipts.open_receipt(one, "CO") for one in [*events, event(person, "last", "5")]]
    done = first
    for number, receipt in enumerate(waiting):
        completing.complete(done, completion(str(number)), unheard=False)
        for later in waiting[number + 1 :]:
            assert turns.take_turn(person, later.id, "CO") is None
        turn = turns.take_turn(person, receipt.id, "CO")
        assert turn is not None
        assert (turn.receipt_id, turn.earlier) == (receipt.id, ())
        done = turn


def test_a_turn_is_no_longer_than_a_message_may_be(app: Flask, person: Person) -> None:
    first = take(opened(person, "first", "1"))
    waiting = [opened(person, str(number) * 1500, f"long {number}") for number in range(4)]
    completing.complete(first, completion("one"), unheard=False)
    turn = turns.take_turn(person, waiting[1].id, "CO")
    assert turn is not None
    assert turn.text == f"{'0' * 1500}\n{'1' * 1500}"


def test_what_is_answered_in_this_moment_is_not_taken_again(app: Flask, person: Person) -> None:
    first = take(opened(person, "first", "1"))
    second = opened(person, "second", "2")
    expire_lease(person)
    seen: list[Turn | None] = []

    def take_meanwhile() -> None:
        with app.app_context():
            seen.append(turns.take_turn(person, second.id, "CO"))

    with tenant_transaction(person.organisation_id) as session:
        # The row is held, so that the taker has looked at what waits, and waits for the row.
        session.execute(sa.text("SELECT FROM turn_state FOR UPDATE"))
        taker = threading.Thread(target=take_meanwhile)
        taker.start()
        until(lambda: waits_for_a_row(session))
        session.execute(
            sa.text("UPDATE webhook_events SET status = 'completed' WHERE id = :id"), {"id": first.receipt_id}
        )
        session.execute(
            sa.text("UPDATE turn_state SET sequence = 1, pending = 1, lease_token = NULL, lease_until = NULL")
        )
    taker.join(10)
    assert seen == [None]
    turn = turns.take_turn(person, second.id, "CO")
    assert turn is not None
    assert turn.earlier == ()


def waits_for_a_row(session: Session) -> bool:
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
    return bool(session.scalar(waiting))


def test_a_zombie_cannot_commit(app: Flask, person: Person) -> None:
    zombie = take(opened(person, "first", "1"))
    expire_lease(person)
    heir = turns.take_turn(person, zombie.receipt_id, "CO")
    assert heir is not None
    assert heir.attempts == 2
    with pytest.raises(LeaseLost):
        completing.complete(zombie, completion("zombie"), unheard=False)
    completing.complete(heir, completion("heir"), unheard=False)
    assert receipts.stored_reply(person, zombie.receipt_id) == rendered("heir")
    with pytest.raises(LeaseLost):
        completing.complete(zombie, completion("zombie"), unheard=False)


def test_an_extended_lease_is_not_taken(app: Flask, person: Person) -> None:
    turn = take(opened(person, "first", "1"))
    expire_lease(person)
    turns.extend_leases(person.organisation_id, [turn.token])
    assert turns.take_turn(person, turn.receipt_id, "CO") is None


def test_a_held_answer_opens_the_next_reply_once(app: Flask, person: Person) -> None:
    slow = take(opened(person, "first", "1"))
    assert receipts.hold(person, slow.receipt_id, rendered("un instant")) == rendered("un instant")
    assert completing.complete(slow, completion("late answer"), unheard=False)
    # The sender of the first event has the holding reply, and a repeat gets the same.
    assert opened(person, "first", "1").reply == rendered("un instant")
    second = take(opened(person, "second", "2"))
    assert [late.part.plain for late in second.late] == ["late answer"]
    completing.complete(second, completion("late answer, then this"), unheard=False)
    assert take(opened(person, "third", "3")).late == ()


def test_hold_after_the_answer_says_so(app: Flask, person: Person) -> None:
    turn = take(opened(person, "first", "1"))
    completing.complete(turn, completion("in time"), unheard=False)
    assert receipts.hold(person, turn.receipt_id, rendered("un instant")) is None
    assert receipts.stored_reply(person, turn.receipt_id) == rendered("in time")


def test_without_an_id_the_same_text_again_is_a_repeat(app: Flask, person: Person) -> None:
    turn = take(opened(person, "hola"))
    assert opened(person, "hola").id == turn.receipt_id
    completing.complete(turn, completion("hello"), unheard=False)
    assert opened(person, "hola").reply == rendered("hello")


def test_without_an_id_the_same_text_later_or_after_another_is_new(app: Flask, person: Person) -> None:
    turn = take(opened(person, "hola"))
    completing.complete(turn, completion("hello"), unheard=False)
    with tenant_transaction(person.organisation_id) as session:
        session.execute(sa.text("UPDATE webhook_events SET completed_at = now() - interval '3 seconds'"))
    later = take(opened(person, "hola"))
    assert later.receipt_id != turn.receipt_id
    completing.complete(later, completion("hello again"), unheard=False)
    between = take(opened(person, "sí"))
    completing.complete(between, completion("yes"), unheard=False)
    assert opened(person, "hola").turn is not None


def test_released_turns_wait_for_somebody(app: Flask, person: Person) -> None:
    turn = take(opened(person, "first", "1"))
    turns.give_back(turn)
    assert turns.take_turn(person, turn.receipt_id, "CO") is not None


def test_the_same_event_many_times_at_once_is_one_receipt(app: Flask, person: Person) -> None:
    made: list[receipts.Receipt] = []

    def send() -> None:
        with app.app_context():
            made.append(opened(person, "hola", "same"))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 20
    assert len({receipt.id for receipt in made}) == 1
    assert sum(receipt.turn is not None for receipt in made) == 1
