"""The questionnaire as an agent."""

from collections.abc import Sequence

from cci_app.agents.ports import AgentReply, Answerer, TurnContext
from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.agents.questionnaire.flow import respond
from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.rules import RulesUnderstander
from cci_app.agents.questionnaire.session import Session
from cci_app.agents.questionnaire.understanding import Understander


class QuestionnaireAgent:
    """Asks the questions of its content one by one, and answers the person's own from documents.

    It keeps nothing between messages: one agent serves every person, in any thread.
    """

    def __init__(
        self,
        content: QuestionnaireContent,
        languages: Sequence[str],
        answerer: Answerer,
        understander: Understander | None = None,
    ) -> None:
        """`languages` are the assistant's; `understander` is the one by rules unless another is given."""
        self._content = content
        self._book = Phrasebook(languages)
        self._answerer = answerer
        self._understander = understander or RulesUnderstander(languages)

    def reply(self, turn: TurnContext) -> AgentReply:
        """Answer one message. Raises KeyError when `turn.language` is none of the assistant's languages."""
        return respond(Session(turn, self._content, self._book, self._answerer), self._understander)
