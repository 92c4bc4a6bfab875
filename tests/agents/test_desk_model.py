"""A desk with a model: what it names is kept where the person said it, and no code is ever its to find."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from cci_app.agents.ports import AgentReply, TurnContext
from cci_app.assistants.assistant import Assistant
from cci_app.assistants.files import load_specs
from cci_app.core import clock
from cci_app.core.deadline import Deadline
from cci_app.llm.chains import ChatModels
from cci_app.records.samples import load_records
from config.settings import ROOT, Environment, Settings
from tests.agents.speaker import FewPassages
from tests.conftest import SAMPLES, Tenant
from tests.fakes.models import GARBAGE, HANGS, TOO_LONG, FakeModels, Reply, filled

CONCIERGE = load_specs(ROOT / "config" / "assistants")["concierge"]
WISH = "je m'appelle Fatou Exemple, je veux parler à un humain demain, +221 77 000 00 09"
BY_RULES = "Fatou Exemple · demain · +221 77 000 00 09"
PAPER = "ma fille entre au collège et il lui faut le papier de l'abbé"


class Counter:
    """A person at the desk, whose state goes from message to message."""

    def __init__(self, tenant: Tenant, fake: FakeModels | None) -> None:
        chat = None
        if fake is not None:
            chat = ChatModels(Settings(environment=Environment.TEST, **fake.settings)).chain(["openai:gpt-4o"])
        self._assistant = Assistant.build(CONCIERGE, FewPassages(), chat)
        self._tenant = tenant
        self._state: dict[str, Any] = {}

    def say(self, text: str, seconds: float = 7.0) -> AgentReply:
        turn = TurnContext(
            organisation_id=self._tenant.organisation_id,
            assistant="concierge",
            user_id="+221770000005",
            text=text,
            attachments=(),
            language="fr",
            state=self._state,
            contact=None,
            now=clock.now(),
            deadline=Deadline.after(seconds),
        )
        reply = self._assistant.agents["desk"].reply(turn)
        self._state = dict(reply.state)
        return reply

    def called(self, text: str, seconds: float = 7.0) -> str:
        """What the human is told, who is called by the message."""
        handoff = self.say(text, seconds).handoff
        assert handoff is not None
        return handoff.summary


At = Callable[[FakeModels | None], Counter]


@pytest.fixture
def at(app: Flask, tenant: Tenant) -> At:
    list(load_records(tenant.organisation_id, SAMPLES / "desk"))
    return lambda fake: Counter(tenant, fake)


def test_names_and_times_that_the_person_said_are_told_to_the_human(at: At) -> None:
    text = "ici Fatou Exemple de Thiès, un humain svp, plutôt mardi en huit vers midi, fatou@example.org"
    said = filled(service="CONTACT_HUMAIN", name="Fatou exemple", place="thies", time="mardi en huit vers midi")
    with FakeModels([said]) as fake:
        summary = at(fake).called(text)
    assert summary.endswith(" · Fatou Exemple · Thiès · mardi en huit vers midi · fatou@example.org")
    assert "name" in str(fake.asked[0].body)


@pytest.mark.parametrize(
    "nonsense",
    [
        filled(name="Marie Inconnue"),
        filled(name="Fatou Exemple", time="jeudi"),
        filled(service="PRET_BANCAIRE", name="Fatou Exemple"),
        filled(name="+221 77 000 00 09"),
        filled(name=WISH, place="x" * 200),
        GARBAGE,
        TOO_LONG,
        Reply(text="Bien sûr !"),
    ],
)
def test_what_the_person_did_not_say_is_no_ones_word(at: At, nonsense: Reply) -> None:
    with FakeModels([nonsense]) as fake:
        assert at(fake).called(WISH) == f"{WISH} · {BY_RULES}"


def test_without_a_model_the_rules_read_as_before(at: At) -> None:
    assert at(None).called(WISH) == f"{WISH} · {BY_RULES}"


def test_a_model_is_not_waited_for_beyond_the_turn(at: At) -> None:
    with FakeModels([]) as fake:
        assert at(fake).called(WISH, seconds=2.0) == f"{WISH} · {BY_RULES}"
    with FakeModels([HANGS]) as fake:
        assert at(fake).called(WISH, seconds=3.6) == f"{WISH} · {BY_RULES}"


def test_a_service_in_other_words_is_entered_and_its_code_asked_for(at: At) -> None:
    with FakeModels([filled(service="catechese")]) as fake:
        counter = at(fake)
        assert counter.say(PAPER).text.startswith("Quel est votre code parent")
        # From here on no model is asked: the code is compared by us.
        assert "Jean Exemple" in counter.say("JEA-7350").text


def test_a_code_is_never_a_models_to_give(at: At) -> None:
    told = filled(service="CATECHESE", name="JEA-7350", code="JEA-7350")
    with FakeModels([told, filled(service="CATECHESE", code="JEA-7350")]) as fake:
        counter = at(fake)
        # A name with figures is none, and all of the form is passed over.
        assert "Jean Exemple" not in counter.say(PAPER).text
        asked = counter.say(f"{PAPER} vraiment").text
        assert asked.startswith("Quel est votre code parent")


def test_a_message_of_no_service_shows_the_menu_as_before(at: At) -> None:
    with FakeModels([filled(service="NONE"), filled()]) as fake:
        counter = at(fake)
        counter.say("Bonjour")
        for text in ("le chat dort sur le canapé", "il est tout gris et plutôt gros"):
            assert "Voici ce que je peux faire" in counter.say(text).text


def test_what_rules_and_facts_answer_asks_no_model(at: At) -> None:
    with FakeModels([]) as fake:
        counter = at(fake)
        for text in ("Bonjour", "1", "à quelle heure est la messe du dimanche ?", "menu", "2", "merci beaucoup"):
            counter.say(text)
    assert list(itertools.islice(fake.asked, 1)) == []
