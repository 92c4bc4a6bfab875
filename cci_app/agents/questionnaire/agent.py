"""The questionnaire as an agent."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from cci_app.agents.kind import Means
from cci_app.agents.ports import AgentReply, Progress, TurnContext
from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.agents.questionnaire.examples import ByExamples
from cci_app.agents.questionnaire.flow import respond
from cci_app.agents.questionnaire.interpreting import ModelUnderstander
from cci_app.agents.questionnaire.memory import Memory
from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.rules import RulesUnderstander
from cci_app.agents.questionnaire.session import Session
from cci_app.agents.questionnaire.understanding import Mode, Understander
from cci_app.language.detect import foreign, told


def phrasebook_of(content: QuestionnaireContent, languages: Sequence[str]) -> Phrasebook:
    """The phrases of the languages, with the organisation's own names and cities in them."""
    own_names = chain.from_iterable(content.own_names.root.values())
    cities = chain.from_iterable(city.aliases for city in content.directory.cities)
    return Phrasebook(languages, own_names, cities)


def examples_of(content: QuestionnaireContent) -> ByExamples:
    """What the content's examples tell."""
    return ByExamples(content.intents, [service.words for service in content.services], content.questions)


class QuestionnaireAgent:
    """Asks the questions of its content one by one, and answers the person's own from documents.

    It keeps nothing between messages: one agent serves every person, in any thread.
    """

    thinks_only = True

    def __init__(self, content: QuestionnaireContent, means: Means) -> None:
        """Messages are understood by the means' `chat` where there is one, else by rules alone."""
        self._content = content
        self._means = means
        self._languages = means.languages
        self._book = phrasebook_of(content, means.languages)
        self._examples = examples_of(content)
        rules = RulesUnderstander(means.languages, self._book, self._examples)
        self._understander: Understander = rules
        if means.chat is not None:
            count = len(content.questions)
            self._understander = ModelUnderstander(means.chat, rules, count, means.organisation, means.languages)

    @property
    def start(self) -> Progress:
        """The first question is open."""
        return Progress(current_question=1, questions_answered=0, completed=False)

    def begin_to_learn(self) -> None:
        """See Learns."""
        self._examples.begin()

    def reply(self, turn: TurnContext) -> AgentReply:
        """Answer one message. Raises KeyError when `turn.language` is none of the assistant's languages."""
        memory = Memory.load(turn.state, len(self._content.questions))
        if memory.mode is Mode.NEW and turn.wish is not None:
            memory = Memory.of_left_alone()
        misjudged = False
        if not memory.language_told:
            # After "ok" or an emoji the language was a guess: the first word that tells one is not a borrowed word.
            language = told(turn.text, self._languages)
            memory.language_told = language is not None
            misjudged = language not in {None, turn.language}
            turn = replace(turn, language=language or turn.language)
        session = Session(turn, memory, self._content, self._book, self._means.answerer)
        session.languages = self._languages
        if self._means.chat is not None:
            session.local_time = turn.now.astimezone(self._means.zone_of(turn.organisation_id))
        session.misjudged = misjudged
        if not memory.spoken_told:
            session.preface = session.in_their_language(foreign(turn.text, self._languages))
        return respond(session, self._understander)
