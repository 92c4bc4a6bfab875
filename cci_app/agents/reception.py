"""What is no specialist's: greetings, thanks, other matters, and the question which of two things is meant."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from cci_app.agents.kind import AgentContent, Means
from cci_app.agents.ports import AgentReply, TurnContext
from cci_app.channels.message import Button, Buttons
from cci_app.language.localised import Content, Localised, Plain, allowing


class ReceptionTexts(Content):
    """The sentences. {name} is the person's first name, empty for a stranger."""

    greeting: Annotated[Localised, AfterValidator(allowing("name"))]
    thanks: Plain
    other: Plain
    doubtful: Plain
    media: Plain


class ReceptionContent(AgentContent):
    """An agent for the rest. `greetings` and `thanks` are the router's intents of those; `offers` are the titles of
    those that may be offered where the router is in doubt."""

    kind: Literal["reception"]
    greetings: str = "greeting"
    thanks: str = "thanks"
    offers: dict[str, Plain]
    say: ReceptionTexts


class ReceptionAgent:
    """Serves every person, in any thread: it keeps nothing."""

    thinks_only = True

    def __init__(self, content: ReceptionContent, _means: Means) -> None:
        self._content = content

    def reply(self, turn: TurnContext) -> AgentReply:
        """Answer one message."""
        say, language, routed = self._content.say, turn.language, turn.routed
        offered = [each for each in routed.between if each in self._content.offers]
        if offered:
            buttons = tuple(Button(each, self._content.offers[each][language]) for each in offered)
            return AgentReply((Buttons(say.doubtful[language], buttons),), {}, intent="doubtful")
        if not turn.text.strip() and turn.attachments:
            return AgentReply.saying(say.media[language], {}, intent="media")
        if routed.intent == self._content.thanks:
            return AgentReply.saying(say.thanks[language], {}, intent="thanks")
        if routed.intent == self._content.greetings or not turn.text.strip():
            name = turn.contact.first_name if turn.contact and turn.contact.first_name else ""
            greeting = say.greeting[language].format(name=name)
            spaced = " ".join(greeting.replace(" ,", ",").replace(" !", "!").split())
            return AgentReply.saying(spaced, {}, intent="greeting")
        return AgentReply.saying(say.other[language], {}, intent="other")


def make_reception(content: ReceptionContent, means: Means) -> ReceptionAgent:
    """The agent of the rest."""
    return ReceptionAgent(content, means)
