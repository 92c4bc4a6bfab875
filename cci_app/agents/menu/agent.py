"""A menu as an agent: shown on a greeting, chosen from by number, button or word, then one service at a time.

Whose code that is and what is certified are decided by rules. Where they know no service in a message, and no fact or
document answers it, a model may say which it means.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cci_app.agents.kind import Means
from cci_app.agents.menu.content import (
    CertificateService,
    FactsService,
    HumanService,
    MenuContent,
    MenuService,
)
from cci_app.agents.menu.extracting import DeskNamed, DeskReader
from cci_app.agents.menu.serving import Served, certify, inform
from cci_app.agents.ports import AgentReply, HandoffRequest, TurnContext
from cci_app.channels.message import MOST_BUTTONS, Button, Buttons, Choice, Choices, Part, Text
from cci_app.core.text import fold
from cci_app.handoff.desk import desk_of
from cci_app.language.tokens import tokens

_MOST_MISSES = 2
# Longer messages that hold a service's word ask something of it.
_BARE_WORDS = 3


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where a person stands: the service that they are in, and how often in a row they were not understood."""

    service: str | None = None
    misses: int = 0
    met: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"service": self.service, "misses": self.misses, "met": self.met}


class MenuAgent:
    """Serves every person, in any thread: it keeps nothing between messages."""

    def __init__(self, content: MenuContent, means: Means) -> None:
        self._content = content
        self._answerer = means.answerer
        self._reader = DeskReader(content.services, means.chat)
        self._greetings = _phrases(content.greetings.root.values())
        self._thanks = _phrases(content.thanks.root.values())
        self._titles = {each.code: _titles(each) for each in content.services}
        self._needles = [_needles(each) for each in content.services]

    def reply(self, turn: TurnContext) -> AgentReply:
        """Answer one message."""
        state = turn.state
        stands = _Standing(state.get("service"), state.get("misses", 0), state.get("met", False))
        words = " ".join(tokens(turn.text))
        if not words:
            said = self._content.say.media if turn.attachments and stands.met else None
            return self._menu(turn, Text(said[turn.language]) if said else None)
        if words in self._thanks:
            return AgentReply.saying(
                self._content.say.thanks[turn.language], _Standing(met=True).to_json(), intent="thanks"
            )
        if words in self._greetings:
            return self._menu(turn)
        chosen = self._chosen(turn, words)
        if chosen is not None and not (chosen.code == stands.service and len(words.split()) > _BARE_WORDS):
            return self._enter(turn, chosen, words)
        inside = next((each for each in self._content.services if each.code == stands.service), None)
        if inside is not None:
            return self._serve(turn, inside, replace(stands, met=True))
        return self._unchosen(turn, stands)

    def _menu(self, turn: TurnContext, before: Part | None = None) -> AgentReply:
        say, language = self._content.say, turn.language
        name = turn.contact.first_name if turn.contact else ""
        welcome = " ".join(say.welcome[language].format(name=name or "").split())
        text = f"{welcome}\n{say.choose[language]}"
        offered = self._offered(turn)
        parts = [_choices(text, say.label[language], offered, language)]
        return AgentReply((before, *parts) if before else tuple(parts), _Standing(met=True).to_json(), intent="menu")

    def _offered(self, turn: TurnContext) -> list[MenuService]:
        return [each for each in self._content.services if self._may(turn, each)]

    def _may(self, turn: TurnContext, service: MenuService) -> bool:
        return turn.contact is not None or not service.for_known

    def _chosen(self, turn: TurnContext, words: str) -> MenuService | None:
        """The service by its number in the menu, its title (a button brings it), or one of its words."""
        offered = self._offered(turn)
        if words.isdecimal():
            return offered[int(words) - 1] if len(words) < 3 and 1 <= int(words) <= len(offered) else None
        for service in self._content.services:
            if words in self._titles[service.code]:
                return service
        whole = f" {words} "
        hits = [sum(needle in whole for needle in needles) for needles in self._needles]
        best = max(range(len(hits)), key=lambda number: (hits[number], -number))
        return self._content.services[best] if hits[best] else None

    def _enter(self, turn: TurnContext, service: MenuService, words: str, named: DeskNamed | None = None) -> AgentReply:
        if not self._may(turn, service):
            return self._menu(turn, Text(self._content.say.not_for_you[turn.language]))
        stands = _Standing(service.code, met=True)
        if isinstance(service, HumanService):
            return self._call(turn, service, "asked_for_human", named)
        if isinstance(service, FactsService) and " " in words and words not in self._titles[service.code]:
            served = inform(turn, service, self._answerer)
            if served.is_done or len(words.split()) > _BARE_WORDS:
                return self._told(turn, service, served, stands)
        asks = service.ask if isinstance(service, FactsService | CertificateService) else self._content.say.choose
        return AgentReply.saying(asks[turn.language], stands.to_json(), intent=service.code)

    def _serve(self, turn: TurnContext, service: MenuService, stands: _Standing) -> AgentReply:
        if isinstance(service, FactsService):
            return self._told(turn, service, inform(turn, service, self._answerer), stands)
        assert isinstance(service, CertificateService)  # noqa: S101 (a human is called, not entered)
        served = certify(turn, service)
        standing = _Standing(met=True) if served.is_done else stands
        parts = (*served.parts, Text(self._content.say.next[turn.language])) if served.is_done else served.parts
        return AgentReply(parts, standing.to_json(), intent=service.code)

    def _told(self, turn: TurnContext, service: FactsService, served: Served, stands: _Standing) -> AgentReply:
        if served.is_done:
            following = Text(self._content.say.next[turn.language])
            state = replace(stands, misses=0).to_json()
            return AgentReply((*served.parts, following), state, sources=served.sources, intent=service.code)
        misses = stands.misses + 1
        if misses > _MOST_MISSES:
            return self._call(turn, self._human, "out_of_scope")
        unknown, state = service.unknown[turn.language], replace(stands, misses=misses).to_json()
        return AgentReply.saying(unknown, state, intent=service.code)

    def _unchosen(self, turn: TurnContext, stands: _Standing) -> AgentReply:
        """No service was chosen: a question that the facts answer is answered, else the menu, at length a human.

        Before the menu a model may say which service is meant.
        """
        for service in self._content.services:
            if isinstance(service, FactsService) and self._may(turn, service):
                served = inform(turn, service, self._answerer)
                if served.is_done:
                    return self._told(turn, service, served, _Standing(service.code, met=True))
        named = self._reader.read(turn.text, turn.deadline)
        meant = next((each for each in self._content.services if each.code == named.service), None)
        if meant is not None:
            return self._enter(turn, meant, "", named)
        if not stands.met:
            return self._menu(turn)
        misses = stands.misses + 1
        if misses > _MOST_MISSES:
            return self._call(turn, self._human, "misunderstood", named)
        shown = self._menu(turn, Text(self._content.say.again[turn.language]))
        return replace(shown, state=_Standing(misses=misses, met=True).to_json())

    @property
    def _human(self) -> HumanService:
        return next(each for each in self._content.services if isinstance(each, HumanService))

    def _call(
        self, turn: TurnContext, service: HumanService, reason: str, named: DeskNamed | None = None
    ) -> AgentReply:
        desk, zone = desk_of(turn.organisation_id)
        local = turn.now.astimezone(zone)
        language = turn.language
        if desk.is_open(local):
            told = service.called[language]
        else:
            opens = desk.opens(local)
            told = service.closed[language].format(opens=f"{opens:%d/%m %H:%M}") if opens else service.away[language]
        named = named or self._reader.read(turn.text, turn.deadline)
        summary = " · ".join(filter(None, (turn.text.strip()[:300], named.line)))
        request = HandoffRequest(reason, summary)
        return AgentReply.saying(told, _Standing(met=True).to_json(), handoff=request, intent=service.code)


def make_menu(content: MenuContent, means: Means) -> MenuAgent:
    """The agent of a menu."""
    return MenuAgent(content, means)


def _choices(text: str, label: str, offered: Sequence[MenuService], language: str) -> Part:
    if len(offered) <= MOST_BUTTONS:
        return Buttons(text, tuple(Button(each.code, each.title[language]) for each in offered))
    described: Callable[[MenuService], str] = lambda each: each.description[language] if each.description else ""  # noqa: E731
    return Choices(text, label, tuple(Choice(each.code, each.title[language], described(each)) for each in offered))


def _phrases(lists: Any) -> frozenset[str]:
    return frozenset(" ".join(tokens(phrase)) for phrases in lists for phrase in phrases)


def _titles(service: MenuService) -> frozenset[str]:
    """What names a service and nothing else."""
    return _phrases([service.title.root.values()]) | {service.code.lower()}


def _needles(service: MenuService) -> tuple[str, ...]:
    """What shows a service's words between spaces; "inscri*" stands for every word that begins so."""
    written = [fold(word) for words in service.words.root.values() for word in words]
    ended = [(" ".join(tokens(word.removesuffix("*"))), "" if word.endswith("*") else " ") for word in written]
    return tuple(f" {word}{end}" for word, end in ended)
