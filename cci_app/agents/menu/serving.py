"""What the services of a menu do: tell a fact, certify something of whoever's code was given."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cci_app.agents.menu.content import CertificateService, FactsService
from cci_app.agents.ports import Answerer, TurnContext
from cci_app.channels.message import Document, Part, Text
from cci_app.handoff.desk import desk_of
from cci_app.knowledge.search.passage import Source
from cci_app.records.baserow import facts_at_baserow
from cci_app.records.certificates import Certifying, issue, link_to
from cci_app.records.facts import best_fact, facts_of
from cci_app.records.people import Found, Locked, codes_in, find_by_code


@dataclass(frozen=True, slots=True)
class Served:
    """What a service says; `is_done` where it did what it is for."""

    parts: tuple[Part, ...]
    is_done: bool
    sources: tuple[Source, ...] = ()


def inform(turn: TurnContext, service: FactsService, answerer: Answerer) -> Served:
    """The fact of today that the message asks for, else what a document says; nothing where neither does."""
    facts = list(facts_of(turn.organisation_id))
    if service.baserow is not None:
        facts += facts_at_baserow(turn.organisation_id, service.baserow, turn.deadline)
    fact = best_fact(facts, turn.text, turn.now.astimezone(desk_of(turn.organisation_id)[1]).date())
    if fact is not None:
        return Served((Text(fact.text),), is_done=True)
    answer = answerer.answer(turn.organisation_id, turn.text, turn.language, turn.deadline)
    if answer is None:
        return Served((), is_done=False)
    return Served((Text(answer.text),), is_done=True, sources=answer.sources)


def certify(turn: TurnContext, service: CertificateService) -> Served:
    """The certificate of whoever's code is in the message."""
    language = turn.language
    codes = codes_in(turn.text)
    if not codes:
        return Served((Text(service.ask[language]),), is_done=False)
    lock = timedelta(minutes=service.lock_minutes)
    zone = desk_of(turn.organisation_id)[1]
    found = find_by_code(turn.organisation_id, turn.assistant, turn.user_id, codes, turn.now, lock)
    if isinstance(found, Locked):
        until = f"{found.until.astimezone(zone):%H:%M}"
        return Served((Text(service.locked[language].format(until=until)),), is_done=True)
    if not isinstance(found, Found):
        return Served((Text(service.wrong[language].format(left=found.left)),), is_done=False)
    today = turn.now.astimezone(zone).date()
    told = _Known({"name": found.name, **found.details})
    certificate = issue(
        turn.organisation_id,
        Certifying(
            kind=service.code.lower(),
            subject_id=found.id,
            title=service.paper_title[language],
            text=service.paper[language].format_map(told),
            signed_by=service.signed_by[language],
        ),
        today,
    )
    name, link = Text(service.found[language].format(name=found.name)), link_to(certificate)
    if not link:
        return Served((name, Text(service.not_reachable[language].format(number=certificate.number))), is_done=True)
    file = f"{service.code.lower()}-{certificate.number}.pdf"
    caption = service.sent[language].format(number=certificate.number)
    return Served((name, Document(link, file, caption)), is_done=True)


class _Known(dict[str, Any]):
    """What a record says; what it does not say is a dash on the paper, never an error."""

    def __missing__(self, _: str) -> str:
        return "–"
