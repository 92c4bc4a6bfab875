"""The questionnaire as an agent."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from cci_app.agents.ports import AgentReply, Answerer, Progress, TurnContext
from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.agents.questionnaire.examples import ByExamples
from cci_app.agents.questionnaire.flow import respond
from cci_app.agents.questionnaire.interpreting import ModelUnderstander
from cci_app.agents.questionnaire.memory import Memory
from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.rules import RulesUnderstander
from cci_app.agents.questionnaire.session import Session
from cci_app.agents.questionnaire.understanding import Understander
from cci_app.language.detect import told
from cci_app.llm.chat import Chat


def phrasebook_of(content: QuestionnaireContent, languages: Sequence[str]) -> Phrasebook:
    """The phrases of the languages, with the organisation's own names and cities in them."""
    own_names = chain.from_iterable(content.own_names.root.values())
    cities = chain.from_iterable(city.aliases for city in content.directory.cities)
    return Phrasebook(languages, own_names, cities)


def examples_of(content: QuestionnaireContent) -> ByExamples:
    """What the content's examples tell."""
    return ByExamples(content.intents, [service.words for service in content.services])


class QuestionnaireAgent:
    """Asks the questions of its content one by one, and answers the person's own from documents.

    It keeps nothing between messages: one agent serves every person, in any thread.
    """

    def __init__(
        self,
        content: QuestionnaireContent,
        languages: Sequence[str],
        answerer: Answerer,
        chat: Chat | None = None,
    ) -> None:
        """`languages` are the assistant's; messages are understood by `chat` where it is given, else by rules alone."""
        self._content = content
        self._languages = tuple(languages)
        self._book = phrasebook_of(content, languages)
        self._answerer = answerer
        rules = RulesUnderstander(languages, self._book, examples_of(content))
        self._understander: Understander = (
            rules if chat is None else ModelUnderstander(chat, rules, len(content.questions))
        )

    @property
    def start(self) -> Progress:
        """The first question is open."""
        return Progress(current_question=1, questions_answered=0, completed=False)

    def reply(self, turn: TurnContext) -> AgentReply:
        """Answer one message. Raises KeyError when `turn.language` is none of the assistant's languages."""
        memory = Memory.load(turn.state, len(self._content.questions))
        misjudged = False
        if not memory.language_told:
            # After "ok" or an emoji the language was a guess: the first word that tells one is not a borrowed word.
            language = told(turn.text, self._languages)
            memory.language_told = language is not None
            misjudged = language not in {None, turn.language}
            turn = replace(turn, language=language or turn.language)
        session = Session(turn, memory, self._content, self._book, self._answerer)
        session.languages = self._languages
        session.misjudged = misjudged
        return respond(session, self._understander)
