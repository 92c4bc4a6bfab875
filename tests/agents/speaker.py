"""A speaker in memory: an assistant, a conversation's language and state, and a few passages instead of documents."""

import json
from datetime import UTC, datetime

from cci_app.agents.ports import AgentReply, TurnContext
from cci_app.assistants.assistant import Assistant
from cci_app.contacts.card import ContactCard
from cci_app.core.deadline import Deadline
from cci_app.core.text import clean, fold
from cci_app.knowledge.search.passage import Answer, Source
from cci_app.language.detect import detect
from tests.conversations.replay import Said, Step

_PASSAGES = [
    ("fr", ("distributeur", "partenaire"), 4, "La recherche de partenaires présente des distributeurs vérifiés. Nous "
     "organisons les premiers rendez-vous. Comptez quatre à six semaines."),
    ("es", ("distribuidor", "socio"), 4, "La búsqueda de socios presenta distribuidores verificados. Organizamos las "
     "primeras citas. Toma de cuatro a seis semanas."),
    ("fr", ("visa",), 7, "La Chambre prépare les dossiers de visa avec l'entreprise et suit le rendez-vous."),
    ("es", ("visa",), 7, "La Cámara prepara el expediente de la visa con la empresa y acompaña la cita."),
    ("fr", ("espace membre",), 2, "L'espace membre réunit l'annuaire, l'agenda et vos factures. Comment y entrer ? "
     "Avec l'adresse de votre contrat."),
    ("es", ("area de miembros",), 2, "El área de miembros reúne el directorio, la agenda y sus facturas."),
    ("fr", ("mission",), 5, "La mission commerciale enchaîne trois à six rendez-vous.\n- Elle dure une semaine"),
    ("es", ("mision",), 5, "La misión comercial reúne de tres a seis citas. Dura una semana. El hotel cuesta aparte."),
    ("fr", ("coworking",), 9, "Un poste de coworking à Bogotá coûte 450 000 pesos par mois."),
    ("fr", ("jury",), 10, "Le jury du prix de l'innovation est présidé par Claire Moreau. Il se réunit deux fois."),
    ("fr", ("ferme la",), 3, "Les bureaux reçoivent de 8 h à 17 h."),
    ("es", ("jurado",), 10, "El jurado lo preside Andrés Quintero. Atiende de 8 a. m. a 5 p. m., con cita. Son cinco."),
    ("es", ("coworking",), 9, "Un puesto de coworking en Bogotá cuesta 450.000 pesos al mes."),
]  # fmt: skip


class FewPassages:
    """An `Answerer` over the passages above."""

    def answer(
        self,
        organisation_id: int,
        question: str,
        language: str,
        deadline: Deadline,
        *,
        about: str = "",
        or_nearest: bool = False,
    ) -> Answer | None:
        """The first passage of which a key word is in the question; of a forest, only what comes nearest is known."""
        asked = fold(question)
        title = {"fr": "Guide des services", "es": "Guía de servicios"}[language]
        for passage_language, keys, page, text in _PASSAGES:
            if passage_language == language and any(key in asked for key in keys):
                return Answer(text, (Source(1, title, page),))
        if or_nearest and ("foret" in asked or "bosque" in asked):
            return Answer("• Siembra – 40 %", (Source(2, "Acta", None),), sure=False)
        return None


class MemorySpeaker:
    """Holds one conversation with an assistant. Its state goes through JSON between messages, as in the product."""

    def __init__(self, assistant: Assistant, card: ContactCard | None, user: str = "+573000000301") -> None:
        self._assistant = assistant
        self._card = card
        self._user = user
        self._stored = "{}"
        self._language: str | None = None
        self._now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
        self._answers: dict[int, str] = {}
        self.last: AgentReply | None = None

    def say(self, step: Step) -> Said:
        """Send one message to the assistant's agent."""
        self._now += step.silence
        text = clean(step.say)
        self._language = detect(
            text,
            languages=self._assistant.languages,
            previous=self._language,
            default=self._assistant.default_language,
        )
        state = json.loads(self._stored)
        turn = TurnContext(
            organisation_id=1,
            assistant=self._assistant.name,
            user_id=self._user,
            text=text,
            attachments=step.attachments,
            language=self._language,
            state=state,
            contact=self._card,
            now=self._now,
            deadline=Deadline.after(5),
        )
        decision = self._assistant.route(text, {}, turn.deadline)
        reply = self._assistant.agents[decision.agent].reply(turn)
        self._stored = json.dumps(dict(reply.state))
        self._language = reply.language or self._language
        if reply.new_run:
            self._answers = {}
        self._answers.update({answer.question: answer.text for answer in reply.answers})
        self.last = reply
        assert reply.progress is not None
        return Said(
            text=reply.text,
            language=self._language,
            question=reply.progress.current_question,
            completed=reply.progress.completed,
            answers=dict(self._answers),
        )
