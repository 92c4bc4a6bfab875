"""The desk: a menu by number, button or word, and what each service does."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.conversation.log import log_conversations
from cci_app.conversation.outcome import read_outcome
from cci_app.core.database import tenant_transaction
from cci_app.handoff.desk import change_desk
from cci_app.records.samples import load_records
from tests.conftest import SAMPLES, Tenant

NUMBER = "+221770000001"
Say = Callable[[str], str]
Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def say(app: Flask, web: FlaskClient, tenant: Tenant) -> Say:
    assert list(load_records(tenant.organisation_id, SAMPLES / "desk")) == ["facts: 5 kept", "people: 3 kept"]
    count = iter(range(1000))

    def send(text: str) -> str:
        body = {"user_id": NUMBER, "message": text, "assistant": "concierge", "message_id": f"m-{next(count)}"}
        answer: Any = web.post("/api/v1/whatsapp/message", headers=tenant.headers, json=body)
        assert answer.status_code == 200, answer.text
        log_conversations()
        return str(answer.json["response"])

    return send


@pytest.mark.parametrize("greeting", ["Bonjour", "menu", "Bonsoir !", "coucou", "je voudrais quelque chose"])
def test_a_greeting_shows_the_menu(say: Say, greeting: str) -> None:
    menu = say(greeting)
    assert menu.startswith("Bonjour ! Ici l'accueil")
    assert "1. Renseignements\n2. Attestation de catéchèse\n3. Parler à quelqu'un" in menu


@pytest.mark.parametrize("choice", ["2", "Attestation de catéchèse", "je voudrais une attestation", "CATECHESE"])
def test_a_service_is_chosen_by_number_button_or_word(say: Say, choice: str) -> None:
    say("Bonjour")
    assert say(choice).startswith("Quel est votre code parent\u202f?")


def test_a_certificate_takes_the_right_code(
    app: Flask, say: Say, web: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.config["SETTINGS"].model_copy(update={"public_url": "https://desk.example.org"})
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    say("Bonjour")
    say("2")
    assert "Essais restants\u00a0: 2" in say("JEA 7351")
    given = say("jea-7350")
    assert "Voici l'attestation de Jean Exemple" in given
    assert "Attestation n° 2" in given
    link = next(line for line in given.splitlines() if line.startswith("https://desk.example.org/certificates/"))
    assert web.get(link.removeprefix("https://desk.example.org")).data.startswith(b"%PDF-1.4")
    assert "«\u00a0menu\u00a0»" in given
    # The code is of no use to whoever is not asked for one.
    assert "Jean Exemple" not in say("JEA-7350")


def test_three_wrong_codes_lock_the_service(say: Say) -> None:
    say("2")
    for code in ("AAA-1111", "BBB-2222"):
        assert "Essais restants" in say(code)
    assert "Trois codes étaient faux" in say("CCC-3333")
    say("2")
    assert "Trois codes étaient faux" in say("AWA-4821")


def test_what_is_no_code_is_no_wrong_one(say: Say) -> None:
    say("2")
    for text in ("je ne sais pas", "je cherche le papier, une minute", "je voudrais un certificat de catéchèse svp"):
        assert say(text).startswith("Quel est votre code parent\u202f?")
    assert "Essais restants\u00a0: 2" in say("c'est le AWA 4822 je crois")
    assert "Jean Exemple" in say("pardon, le code de mon fils est JEA 7350")


def test_a_question_is_answered_from_the_facts_of_today(say: Say) -> None:
    assert "le dimanche à 8 h, 10 h et 18 h" in say("à quelle heure est la messe du dimanche ?")
    assert "Le secrétariat est ouvert" in say("et le secrétariat, il ouvre quand ?")


def test_a_question_in_a_few_words_is_answered_and_one_word_is_asked_about(say: Say) -> None:
    assert "le dimanche à 8 h, 10 h et 18 h" in say("horaires des messes ?")
    assert say("Renseignements").startswith("Que souhaitez-vous savoir")
    assert say("horaires").startswith("Que souhaitez-vous savoir")


def test_whoever_thinks_better_of_it_gets_the_menu(say: Say) -> None:
    say("2")
    assert "Que puis-je faire pour vous" in say("annuler")
    say("2")
    assert "Essais restants\u00a0: 2" in say("AAA-1111")


def test_who_is_not_understood_twice_is_given_to_a_human(say: Say, rows: Rows, tenant: Tenant) -> None:
    say("Bonjour")
    assert say("xyzzy plugh").startswith("Je n'ai pas bien compris")
    say("abracadabra")
    assert "une personne de l'accueil vous répond" in say("hocus pocus")
    asked = rows("SELECT reason, state FROM handoff_requests WHERE organisation_id = :id", id=tenant.organisation_id)
    assert asked == [{"reason": "misunderstood", "state": "open"}]


def test_what_no_fact_says_is_given_to_a_human_at_length(say: Say, rows: Rows, tenant: Tenant) -> None:
    say("1")
    for question in ("combien coûte un visa pour le Brésil", "et un passeport biométrique"):
        assert say(question).startswith("Je n'ai pas cette information")
    say("un billet d'avion alors")
    asked = rows("SELECT reason FROM handoff_requests WHERE organisation_id = :id", id=tenant.organisation_id)
    assert asked == [{"reason": "out_of_scope"}]


def test_a_human_is_called_with_what_was_named_and_told_when_they_are_there(
    say: Say, rows: Rows, tenant: Tenant
) -> None:
    change_desk(tenant.organisation_id, {"hours": {day: [] for day in ("monday", "tuesday")}})
    closed = say("je m'appelle Fatou Exemple, je veux parler à un humain demain, +221 77 000 00 09")
    assert closed.startswith("L'accueil est fermé")
    (asked,) = rows("SELECT summary FROM handoff_requests WHERE organisation_id = :id", id=tenant.organisation_id)
    assert asked["summary"].endswith("Fatou Exemple · demain · +221 77 000 00 09")


def test_the_record_says_which_agent_it_was(say: Say, tenant: Tenant, rows: Rows) -> None:
    say("Bonjour")
    (row,) = rows("SELECT outcome FROM webhook_events WHERE organisation_id = :id", id=tenant.organisation_id)
    assert (read_outcome(row["outcome"]).agent, read_outcome(row["outcome"]).parts[0]["kind"]) == ("desk", "buttons")
    with tenant_transaction(tenant.organisation_id):
        pass
