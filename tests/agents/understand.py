"""Understanding by rules, one message at a time."""

from cci_app.agents.questionnaire.agent import examples_of, phrasebook_of
from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.agents.questionnaire.rules import RulesUnderstander
from cci_app.agents.questionnaire.understanding import Command, Mode, Situation
from cci_app.core.deadline import Deadline

_SAID = {1: "sí", 2: "la feria del vino y el coworking", 3: "vender más en Bogotá"}


class Understand:
    """Understands a message as the answer to a question, the questions before it answered."""

    def __init__(self, content: QuestionnaireContent) -> None:
        self._content = content
        languages = ["fr", "es"]
        self._rules = RulesUnderstander(languages, phrasebook_of(content, languages), examples_of(content))

    def __call__(self, number: int, message: str, **changes: object) -> Command:
        answers = {answered: text for answered, text in _SAID.items() if answered < number}
        situation = Situation(
            language="es",
            mode=Mode.ASKING,
            question=self._content.questions[number - 1],
            number=number,
            answers=answers,
            last_answered=max(answers, default=None),
            **changes,  # type: ignore[arg-type]
        )
        return self._rules.understand(message, situation, Deadline.after(5))
