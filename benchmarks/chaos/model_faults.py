"""R8: models that fail in every way while people answer the whole questionnaire, and ask a question in between."""

import json
import random
import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.people import Failed, Message, NotAccepted, Reply
from benchmarks.chaos.stage import Scale, Stage, say
from cci_app.assistants.files import load_specs
from config.settings import ROOT
from tests.fakes.models import BROKEN, GARBAGE, HANGS, TOO_LONG, Asked, FakeModels, filled
from tests.fakes.models import Reply as ModelReply

_LATE_SECONDS = 8.0
_AT_ONCE = 20
_CONTROL_PEOPLE = 10
# A provider that asks to be left alone for long would spare us the other faults.
_RATE_LIMITED = ModelReply(status=429, headers={"Retry-After": "0.2"})
FAULTS = (
    ("429", 0.20, _RATE_LIMITED),
    ("500", 0.10, BROKEN),
    ("garbage", 0.05, GARBAGE),
    ("hang", 0.05, HANGS),
    ("too long", 0.05, TOO_LONG),
)
# What is said, the open question after it, and what a good model makes of it; None where no model is asked.
Line = tuple[str, int | None, dict[str, Any] | None]
TALKS: dict[str, tuple[Line, ...]] = {
    "fr": (
        ("Bonjour", 1, None),
        ("Oui, j'ai accédé à l'espace membre", 2, {"intent": "answer", "tone": "yes"}),
        ("vous aidez pour les visas ?", 2, {"intent": "question"}),
        ("on a fait le salon du vin et une mission à Medellín", 3, {"intent": "answer", "tone": "positive"}),
        ("trouver un distributeur pour nos vins à Bogotá", 4, {"intent": "answer"}),
        ("un recrutement et un nouveau bureau", 5, {"intent": "answer"}),
        ("rencontrer des distributeurs fiables", 6, {"intent": "answer"}),
        ("le réseau des membres de la Chambre", 7, {"intent": "answer"}),
        ("un club d'acheteurs avec les hôtels", None, {"intent": "answer"}),
    ),
    "es": (
        ("Hola, buenos días", 1, None),
        ("sí, ya entré y conozco los servicios", 2, {"intent": "answer", "tone": "yes"}),
        ("¿me pueden ayudar con las visas?", 2, {"intent": "question"}),
        ("fuimos a la feria de alimentos en Bogotá", 3, {"intent": "answer"}),
        ("exportar queso a Francia este año", 4, {"intent": "answer"}),
        ("abrir una bodega nueva en Medellín", 5, {"intent": "answer"}),
        ("necesitamos apoyo con los distribuidores", 6, {"intent": "answer"}),
        ("los contactos que hicimos en los eventos", 7, {"intent": "answer"}),
        ("una bolsa de empleo para los miembros", None, {"intent": "answer"}),
    ),
}
_UNDERSTOOD = {said: fields for talk in TALKS.values() for said, _, fields in talk}
_ERROR_WORDS = re.compile(
    r"error|erreur|exception|traceback|rate.?limit|time.?out|overload|<html|openai|anthropic|\b(?:4\d\d|5\d\d)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Said(Message):
    """A message in its own words."""

    words: str

    @property
    def text(self) -> str:
        """What the person writes."""
        return self.words


class FaultyModel:
    """Fails as often as the figure says, else answers well; `met` counts what it did."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self.met: Counter[str] = Counter()

    def __call__(self, asked: Asked) -> ModelReply:
        with self._lock:
            left = self._chance.random()
            name, reply = "good", None
            for fault, share, answer in FAULTS:
                left -= share
                if left < 0:
                    name, reply = fault, answer
                    break
            self.met[name] += 1
        return reply or _well(asked)


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """The product with two such models in a row, and without anything behind one."""
    found, met = under_faults(stage, "wsgi:app", "models", "openai:gpt-4o,anthropic:a-model", scale.questionnaires)
    control, _ = under_faults(stage, "benchmarks.chaos.unguarded:app", "unguarded", "openai:gpt-4o", _CONTROL_PEOPLE)
    faults = ", ".join(f"{name} {met[name]}" for name, _, _ in FAULTS)
    return [
        Figure(
            "R8",
            f"{scale.questionnaires} questionnaires with a question each, models that fail: {faults} of {met.total()}",
            "100 % answered, 0 error texts",
            f"{found.answered} of {found.sent} answered, {found.errors} error texts, {found.finished} finished",
            f"without the rules behind one model: {control.errors} error texts of {control.sent}",
            found.answered == found.sent
            and found.finished == scale.questionnaires
            and found.errors == 0 < control.errors
            and all(met[name] for name, _, _ in FAULTS),
            found.evidence,
        )
    ]


@dataclass(slots=True)
class Found:
    """What came back: messages sent, answered in time, with an error text; questionnaires finished as they should."""

    sent: int
    answered: int
    errors: int
    finished: int
    evidence: list[str]


def under_faults(stage: Stage, application: str, name: str, models: str, people: int) -> tuple[Found, Counter[str]]:
    """Have people talk to an application whose models fail."""
    say(f"R8: {people} questionnaires, {name}")
    faulty = FaultyModel(stage.seed)
    with FakeModels(faulty) as fake:
        settings = {**fake.environment, "CHAT_MODEL": models, "AGENT_HANDLER": ""}
        with stage.product.web(application, name, settings) as address:
            channel = stage.channel(address)
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                talks = list(pool.map(lambda number: _talk(channel.send, name, number), range(people)))
    return judge_talks(talks), faulty.met


Talk = list[tuple[Line, Reply | None]]


def _talk(send: Any, name: str, number: int) -> Talk:
    """One person's questionnaire: each line with the reply to it, None where there was none."""
    lines = TALKS[("fr", "es")[number % 2]]
    first = sum(name.encode()) * 1000
    told: Talk = []
    for step, line in enumerate(lines):
        try:
            told.append((line, send(Said(f"+57350{first + number:07d}", f"[{name}.{number}.{step}]", line[0]))))
        except (Failed, NotAccepted):
            told.append((line, None))
    return told


def judge_talks(talks: list[Talk]) -> Found:
    """Count what came back. A holding reply is no answer, and an apology is an error."""
    texts = [spec.texts for spec in load_specs(ROOT / "config" / "assistants").values()]
    apologies = {text for each in texts for text in each.apology.root.values()}
    holding = {text for each in texts for text in each.holding.root.values()}
    found = Found(sent=sum(map(len, talks)), answered=0, errors=0, finished=0, evidence=[])
    for talk in talks:
        right = True
        for (said, question, _), reply in talk:
            text = reply.text if reply else ""
            wrong = text in apologies or _ERROR_WORDS.search(text) is not None
            answered = bool(text) and text not in holding and reply is not None and reply.seconds < _LATE_SECONDS
            found.errors += wrong
            found.answered += answered
            status = json.loads(reply.body)["user_status"] if reply else {}
            right &= answered and not wrong and status["current_question"] == question
            if wrong or not answered:
                found.evidence.append(f"{said!r} brought {text[:160]!r}")
        found.finished += right
    return found


def _well(asked: Asked) -> ModelReply:
    """What a good model fills in."""
    told = json.loads(asked.user)
    if "passages" in told:
        words = {"French": "Oui, nous vous accompagnons.", "Spanish": "Sí, le acompañamos."}
        return filled(found=True, answer=words[told["answer_in"]], passages=[1])
    fields = _UNDERSTOOD.get(told["message"])
    return filled(**fields) if fields else filled(intent="small_talk")
