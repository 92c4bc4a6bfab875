"""Somebody who wants to buy, visit or talk to a person: kept once with what is known of it, and handed to a human."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator
from sqlalchemy.orm import Session

from cci_app.agents.kind import AgentContent, Means
from cci_app.agents.ports import AgentReply, HandoffRequest, TurnContext
from cci_app.agents.tooling import tool_context
from cci_app.core import clock
from cci_app.core.errors import CannotStart
from cci_app.language.localised import Content, Localised, LocalisedList, Plain, allowing
from cci_app.language.tokens import tokens
from cci_app.leads.models import UNTOLD, Lead
from cci_app.tools.arguments import TypedArguments, TypedForm
from cci_app.tools.ports import Consent, Tool, ToolContext, ToolResult
from cci_app.tools.running import WantedCall

_MOST_NAME_WORDS: Final = 6
_LONGEST_NAME: Final = 200
_LONGEST_SAID: Final = 500
_BEST: Final = 5
_OF_SUMMARY: Final = ("name", "said", "thing", "plan", "contact", "visit", "score")


class LeadTexts(Content):
    """The sentences. {what} is what they want, as far as it is known, {name} who they are."""

    name: Plain
    kept: Annotated[Localised, AfterValidator(allowing("name", "what"))]
    visit: Annotated[Localised, AfterValidator(allowing("name", "what"))]
    human: Plain
    summary: Annotated[Localised, AfterValidator(allowing(*_OF_SUMMARY))]
    none: Plain
    yes: Plain
    no: Plain


class LeadContent(AgentContent):
    """An agent that keeps leads. `human` is the router's intent of who only wants a person.

    `visit` are words of a visit; `introductions` stand before a name ("me llamo"); `refusals` say that the name is
    nobody's business. `things` and `plans` are the agents whose states tell what it is about.
    """

    kind: Literal["lead"]
    human: str = "human"
    things: str | None = None
    plans: str | None = None
    visit: Annotated[LocalisedList, AfterValidator(allowing())]
    introductions: Annotated[LocalisedList, AfterValidator(allowing())]
    refusals: Annotated[LocalisedList, AfterValidator(allowing())]
    say: LeadTexts


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of somebody's interest."""

    said: str
    thing: str = ""
    plan: Mapping[str, Any] | None = None
    visit: bool = False
    name: str = ""

    @property
    def score(self) -> int:
        """From 1, vague, to 5: a thing, a plan, a visit and a name, a point each."""
        return min(_BEST, 1 + sum(map(bool, (self.thing, self.plan, self.visit, self.name))))


class LeadAgent:
    """Serves every person, in any thread."""

    def __init__(self, content: LeadContent, means: Means) -> None:
        """Raises CannotStart where the means have no workshop: what is kept is kept once."""
        if means.workshop is None:
            raise CannotStart("an agent of the kind `lead` keeps rows, and there is no workshop to do it once")
        self._content = content
        self._workshop = means.workshop
        self._visit = _phrases(content.visit)
        self._introductions = _phrases(content.introductions)
        self._refusals = _phrases(content.refusals)

    def recognises(self, organisation_id: int, text: str, states: Mapping[str, Mapping[str, Any]]) -> float:  # noqa: ARG002
        """See Recognises: the name that was asked for."""
        waiting = any(state.get("waiting") == "name" for state in states.values())
        if not waiting or not _may_be_name(text):
            return 0.0
        return 0.95 if len(tokens(text)) <= _MOST_NAME_WORDS or self._introduced(text) else 0.0

    def reply(self, turn: TurnContext) -> AgentReply:
        """Answer one message: ask for the name once, keep the lead, hand it over."""
        content, say, language = self._content, self._content.say, turn.language
        if turn.routed.intent == content.human:
            known = self._known(turn, turn.meant)
            handoff = HandoffRequest("asked_for_human", self._summary(turn, known))
            return AgentReply.saying(say.human[language], {}, handoff=handoff, intent="human")
        waiting = turn.state.get("waiting") == "name"
        name = _contact_name(turn)
        if not name and not waiting:
            name = self._introduced(turn.meant)
        if not name and not waiting:
            state = {"waiting": "name", "said": turn.meant[:_LONGEST_SAID]}
            return AgentReply.saying(say.name[language], state, intent="lead")
        said = str(turn.state.get("said", "")) if waiting else turn.meant
        if waiting and not name:
            name = self._name(turn.text)
            if not name and not turn.state.get("again") and not self._is_refusal(turn.text):
                both = f"{said}\n{turn.meant}"[:_LONGEST_SAID]
                return AgentReply.saying(say.name[language], {**turn.state, "said": both, "again": True}, intent="lead")
        return self._kept(turn, self._known(turn, said, name))

    def _kept(self, turn: TurnContext, known: _Known) -> AgentReply:
        say, language = self._content.say, turn.language
        self._keep(turn, known)
        what = known.thing or say.none[language]
        text = (say.visit if known.visit else say.kept)[language].format(name=known.name, what=what)
        handoff = HandoffRequest("lead", self._summary(turn, known))
        return AgentReply.saying(" ".join(text.replace(" ,", ",").split(" ")), {}, handoff=handoff, intent="lead")

    def _known(self, turn: TurnContext, said: str, name: str = "") -> _Known:
        plan = turn.others.get(self._content.plans or "", {})
        wish = {name: each for name, each in plan.get("wish", {}).items() if each is not None}
        things = turn.others.get(self._content.things or "", {})
        words = f" {' '.join(tokens(said))} "
        visit = any(f" {phrase} " in words for phrase in self._visit)
        thing = str(things.get("title") or plan.get("title") or "")
        return _Known(said[:_LONGEST_SAID], thing, wish or None, visit, name)

    def _summary(self, turn: TurnContext, known: _Known) -> str:
        say, language = self._content.say, turn.language
        plan = ", ".join(f"{name} {value}" for name, value in (known.plan or {}).items())
        return say.summary[language].format(
            name=known.name or _contact_name(turn) or say.none[language],
            said=known.said,
            thing=known.thing or say.none[language],
            plan=plan or say.none[language],
            contact=turn.user_id,
            visit=(say.yes if known.visit else say.no)[language],
            score=known.score,
        )

    def _keep(self, turn: TurnContext, known: _Known) -> None:
        context = tool_context(turn, turn.text)
        arguments = {
            "name": known.name or UNTOLD,
            "interest": known.said or UNTOLD,
            "thing": known.thing,
            "plan": dict(known.plan or {}),
            "visit": known.visit,
            "score": known.score,
            "summary": self._summary(turn, known),
        }
        # The person asked for it in this very message: nothing is confirmed a second time.
        self._workshop.toolbox([_KEEP]).call(WantedCall(_KEEP.name, arguments), context, confirmed=True)

    def _introduced(self, text: str) -> str:
        """The name behind "me llamo" or "soy"."""
        words, folded = text.split(), [" ".join(tokens(word)) for word in text.split()]
        for place in range(len(words)):
            for phrase in self._introductions:
                several = phrase.split()
                if folded[place : place + len(several)] == several:
                    behind = words[place + len(several) : place + len(several) + 3]
                    name = _name_of([word for word in behind if word[:1].isupper()])
                    if name:
                        return name
        return ""

    def _name(self, text: str) -> str:
        """The name that a message is, empty where the person does not tell it."""
        introduced = self._introduced(text)
        if introduced or self._is_refusal(text) or not _may_be_name(text):
            return introduced
        return _name_of(text.split()[:_MOST_NAME_WORDS])

    def _is_refusal(self, text: str) -> bool:
        return " ".join(tokens(text)) in self._refusals


class _LeadKept(TypedForm):
    name: str
    interest: str
    thing: str
    plan: dict[str, Any]
    visit: bool
    score: int
    summary: str


def _record(session: Session, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
    session.add(
        Lead(
            organisation_id=context.organisation_id,
            assistant=context.assistant,
            user_id=context.user_id,
            event_id=context.receipts[0],
            phone=context.user_id if context.user_id.startswith("+") else None,
            name=arguments["name"],
            interest=arguments["interest"],
            score=arguments["score"],
            created_at=clock.now(),
            details={name: arguments[name] for name in ("thing", "plan", "visit", "summary")},
        )
    )
    session.flush()
    return ToolResult({"kept": True})


_KEEP: Final = Tool(
    name="keep_lead",
    description="Keep who wants what",
    arguments=TypedArguments(_LeadKept),
    record=_record,
    writes=Consent.PERSON,
)


def _phrases(listed: LocalisedList) -> Sequence[str]:
    written = {" ".join(tokens(each)) for several in listed.root.values() for each in several}
    return sorted(written, key=len, reverse=True)


def _contact_name(turn: TurnContext) -> str:
    card = turn.contact
    return " ".join(filter(None, (card.first_name, card.last_name))) if card is not None else ""


def _may_be_name(text: str) -> bool:
    words = tokens(text)
    return bool(words) and "?" not in text and not any(word.isdigit() for word in words)


def _name_of(words: Sequence[str]) -> str:
    return " ".join(word.strip(".,;:!¡") for word in words)[:_LONGEST_NAME].strip()


def make_lead(content: LeadContent, means: Means) -> LeadAgent:
    """The agent of leads."""
    return LeadAgent(content, means)
