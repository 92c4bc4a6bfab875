"""The columns of an export: what stands in them, and what they are called in the languages of people."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.assistants.spec import AssistantSpec
from cci_app.conversation.models import RunStatus
from cci_app.language.detect import ADMIN_LANGUAGES


class ColumnKind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    SHARE = "share"
    MOMENT = "moment"
    STATUS = "status"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in JSON, its heading for people, the SQL of its value, its width in characters."""

    name: str
    heading: str
    value: str
    kind: ColumnKind = ColumnKind.TEXT
    width: int = 14


@dataclass(frozen=True, slots=True)
class Question:
    """A question of an assistant, at its place among all of an export, and where its answer is found."""

    place: int
    assistant: str
    number: int
    text: str
    heading: str

    @property
    def answer(self) -> str:
        """The SQL of the answer's text."""
        return f"v.answers #>> %(answer_{self.place})s"

    @property
    def status(self) -> str:
        """The SQL of the answer's status."""
        return f"v.answers #>> %(answer_status_{self.place})s"

    @property
    def parameters(self) -> dict[str, Any]:
        """What they refer to, with the question's number and text."""
        return {
            f"answer_{self.place}": [str(self.number), "0"],
            f"answer_status_{self.place}": [str(self.number), "1"],
            f"number_{self.place}": self.number,
            f"question_{self.place}": self.text,
        }


def heading(texts: tuple[str, str, str], language: str) -> str:
    """The text in that language; `texts` are in English, Spanish and French."""
    return texts[ADMIN_LANGUAGES.index(language)]


class Layout:
    """The columns of one export.

    `assistants` are those whose questions get a column each, in the organisation's `language`; with more than one, the
    headings name the assistant. An answer to a question that is no longer in the assistant's file stands in the column
    `other_answers`, as JSON.
    """

    def __init__(self, language: str, assistants: Sequence[AssistantSpec]) -> None:
        self.language = language
        self.assistants = tuple(spec.name for spec in assistants)
        places = itertools.count()
        self.questions = tuple(
            question for spec in assistants for question in _questions(spec, language, places, len(assistants) > 1)
        )
        before = [self._column(*row) for row in _BEFORE]
        after = [self._column(*row) for row in _AFTER]
        answers = [
            Column(f"answer_{question.assistant}_{question.number}", question.heading, self._of(question), width=40)
            for question in self.questions
        ]
        self.columns: tuple[Column, ...] = (*before, *answers, self._others(), *after)
        self.messages: tuple[Column, ...] = tuple(self._column(*row) for row in _MESSAGES)

    @property
    def header(self) -> list[str]:
        """The headings of the conversations' columns."""
        return [column.heading for column in self.columns]

    @property
    def key(self) -> str:
        """The heading of the column that names the conversation."""
        return next(column.heading for column in self.columns if column.name == "conversation_id")

    @property
    def parameters(self) -> dict[str, Any]:
        """What the SQL of the columns refers to."""
        bound: dict[str, Any] = {}
        for question in self.questions:
            bound |= question.parameters
        for place, (name, questions) in enumerate(self.by_assistant().items()):
            bound |= {f"assistant_{place}": name, f"numbers_{place}": [str(question.number) for question in questions]}
        for code, texts in STATUSES.items():
            bound |= {f"code_{code}": code.value, f"said_{code}": heading(texts, self.language)}
        return bound

    def case(self, choices: Mapping[str, str], otherwise: str) -> str:
        """SQL that chooses by the conversation's assistant."""
        whens = [f"WHEN %(assistant_{self.assistants.index(name)})s THEN {sql}" for name, sql in choices.items()]
        return f"CASE v.assistant {' '.join(whens)} ELSE {otherwise} END" if whens else otherwise

    def said_status(self, value: str) -> str:
        """SQL of a status in the words of people; `value` is SQL of its code."""
        whens = (f"WHEN %(code_{code})s THEN %(said_{code})s" for code in STATUSES)
        return f"CASE {value} {' '.join(whens)} END"

    def by_assistant(self) -> dict[str, list[Question]]:
        """The questions of each assistant."""
        return {name: [one for one in self.questions if one.assistant == name] for name in self.assistants}

    def _column(self, name: str, texts: tuple[str, str, str], value: str, kind: ColumnKind, width: int) -> Column:
        return Column(name, heading(texts, self.language), value, kind, width)

    def _of(self, question: Question) -> str:
        return self.case({question.assistant: question.answer}, "NULL")

    def _others(self) -> Column:
        known = {name: f"v.answers - %(numbers_{place})s::text[]" for place, name in enumerate(self.assistants)}
        value = f"NULLIF({self.case(known, 'v.answers')}, '{{}}'::jsonb)::text"
        return self._column("other_answers", ("Other answers", "Otras respuestas", "Autres réponses"), value, *_SHORT)


def _questions(spec: AssistantSpec, language: str, places: Iterator[int], named: bool) -> Iterator[Question]:
    spoken = spec.spoken(language)
    prefix = f"{spec.title} · " if named else ""
    for content in spec.agents.values():
        if isinstance(content, QuestionnaireContent):
            for number, question in enumerate(content.questions, 1):
                text = question.ask[spoken]
                yield Question(next(places), spec.name, number, text, f"{prefix}{number}. {text}")


# How people call what programs read as a code.
STATUSES: dict[RunStatus, tuple[str, str, str]] = {
    RunStatus.COMPLETED: ("Completed", "Terminada", "Terminée"),
    RunStatus.IN_PROGRESS: ("In progress", "En curso", "En cours"),
    RunStatus.ABANDONED: ("Abandoned", "Abandonada", "Abandonnée"),
}
_SHORT: tuple[ColumnKind, int] = (ColumnKind.TEXT, 16)
_NUMBER: tuple[ColumnKind, int] = (ColumnKind.INTEGER, 14)
_MOMENT: tuple[ColumnKind, int] = (ColumnKind.MOMENT, 19)
_Row = tuple[str, tuple[str, str, str], str, ColumnKind, int]
_BEFORE: tuple[_Row, ...] = (
    ("user_id", ("User (WhatsApp)", "Usuario (WhatsApp)", "Utilisateur (WhatsApp)"), "v.user_id", ColumnKind.TEXT, 18),
    ("company", ("Company", "Empresa", "Entreprise"), "v.company", ColumnKind.TEXT, 28),
    ("contact_name", ("Contact", "Contacto", "Contact"), "v.contact_name", ColumnKind.TEXT, 24),
    ("started_at", ("Start", "Inicio", "Début"), "v.started_at", *_MOMENT),
    ("ended_at", ("Last message", "Último mensaje", "Dernier message"), "v.ended_at", *_MOMENT),
    (
        "questions_answered",
        ("Questions answered", "Preguntas respondidas", "Questions répondues"),
        "v.questions_answered",
        *_NUMBER,
    ),
    ("status", ("Status", "Estado", "Statut"), "v.status", ColumnKind.STATUS, 16),
    ("language", ("Language", "Idioma", "Langue"), "v.language", ColumnKind.TEXT, 10),
)
_AFTER: tuple[_Row, ...] = (
    ("messages", ("Messages", "Mensajes", "Messages"), "v.messages", *_NUMBER),
    (
        "mean_response_ms",
        ("Mean response (ms)", "Respuesta media (ms)", "Réponse moyenne (ms)"),
        "v.mean_ms",
        *_NUMBER,
    ),
    ("p95_response_ms", ("95 % within (ms)", "95 % en menos de (ms)", "95 % en moins de (ms)"), "v.p95_ms", *_NUMBER),
    (
        "longest_response_ms",
        ("Longest response (ms)", "Respuesta más larga (ms)", "Réponse la plus longue (ms)"),
        "v.longest_ms",
        *_NUMBER,
    ),
    (
        "share_within_8s",
        ("Share within 8 s", "Proporción en 8 s", "Part en moins de 8 s"),
        "v.share_within_8s",
        ColumnKind.SHARE,
        14,
    ),
    ("late_answers", ("Late answers", "Respuestas tardías", "Réponses tardives"), "v.late_answers", *_NUMBER),
    ("assistant", ("Assistant", "Asistente", "Assistant"), "v.assistant", *_SHORT),
    ("conversation_id", ("Conversation", "Conversación", "Conversation"), "v.id::text", ColumnKind.TEXT, 38),
)
_MESSAGES: tuple[_Row, ...] = (
    ("user_id", ("User (WhatsApp)", "Usuario (WhatsApp)", "Utilisateur (WhatsApp)"), "v.user_id", ColumnKind.TEXT, 18),
    ("sent_at", ("Time", "Hora", "Heure"), "m.timestamp", *_MOMENT),
    ("message", ("Message", "Mensaje", "Message"), "m.user_message", ColumnKind.TEXT, 50),
    ("reply", ("Reply", "Respuesta", "Réponse"), "m.agent_response", ColumnKind.TEXT, 70),
    ("question", ("Open question", "Pregunta abierta", "Question ouverte"), "m.current_question", *_NUMBER),
    ("language", ("Language", "Idioma", "Langue"), "m.detected_language", ColumnKind.TEXT, 10),
    ("response_ms", ("Response (ms)", "Respuesta (ms)", "Réponse (ms)"), "m.response_time_ms", *_NUMBER),
    ("late", ("Late", "Tardía", "Tardive"), "m.late", ColumnKind.YES_NO, 10),
    ("conversation_id", ("Conversation", "Conversación", "Conversation"), "v.id::text", ColumnKind.TEXT, 38),
)
