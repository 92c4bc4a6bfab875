"""Questions about the organisation, answered from its documents with their sources."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from cci_app.agents.kind import AgentContent, Means
from cci_app.agents.ports import AgentReply, TurnContext
from cci_app.agents.voice import AssistantVoice
from cci_app.core.errors import Unavailable
from cci_app.language.localised import Content, Localised, Plain, allowing

_ABOUT = "asked"


class InfoTexts(Content):
    """The sentences: where an answer comes from, and that there is none."""

    source: Annotated[Localised, AfterValidator(allowing("title"))]
    page: Annotated[Localised, AfterValidator(allowing("title", "page"))]
    unknown: Plain


class InfoContent(AgentContent):
    """An agent that answers from documents. `own_names` are what people call the organisation."""

    kind: Literal["info"]
    own_names: tuple[str, ...] = ()
    say: InfoTexts

    @property
    def organisation_names(self) -> frozenset[str]:
        """See AgentContent."""
        return frozenset(self.own_names)


class InfoAgent:
    """Serves every person, in any thread: of a conversation it knows the question before."""

    thinks_only = True

    def __init__(self, content: InfoContent, means: Means) -> None:
        self._say = content.say
        self._answerer = means.answerer
        self._voice = AssistantVoice(means.persona, means.chat)

    def reply(self, turn: TurnContext) -> AgentReply:
        """Answer one message; what no document says is told so, and kept for the organisation."""
        asked, language = turn.meant, turn.language
        about = str(turn.state.get(_ABOUT, ""))
        try:
            answer = self._answerer.answer(turn.organisation_id, asked, language, turn.deadline, about=about)
        except Unavailable:
            answer = None
        if answer is None:
            text = self._say.unknown[language]
            return AgentReply.saying(text, turn.state, unanswered=asked, intent="info")
        text = answer.text
        if not answer.is_own:
            text = self._voice.worded(text, asked, language, turn.deadline)
        names = dict.fromkeys(
            source.title
            if source.page is None
            else self._say.page[language].format(title=source.title, page=source.page)
            for source in answer.sources
            if source.answer_id is None
        )
        if names:
            text = f"{text}\n{self._say.source[language].format(title=' ; '.join(names))}"
        return AgentReply.saying(text, {_ABOUT: asked[:1000]}, sources=answer.sources, intent="info")


def make_info(content: InfoContent, means: Means) -> InfoAgent:
    """The agent of documents."""
    return InfoAgent(content, means)
