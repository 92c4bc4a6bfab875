"""A trial: what is written goes the one way of every message, as a person who is none."""

from dataclasses import dataclass
from typing import Any

from flask import current_app

from cci_app.accounts.caller import Caller
from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.channels.message import Inbound, Text
from cci_app.channels.trial import KIND
from cci_app.contacts import book
from cci_app.contacts.card import ContactCard
from cci_app.conversation.history.trials import trial_messages, trials_of
from cci_app.conversation.inbound import Event, Person
from cci_app.conversation.service import get_conversation, user_status
from cci_app.conversation.trial import Trial
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput, NotFound
from cci_app.core.phone import USER_ID_LENGTH

LONGEST_MESSAGE = 4096


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be tried: an assistant, the default one for None, by which version (that which serves), and as whom."""

    assistant: str | None = None
    version: int | None = None
    known_as: str = ""


def maker_of(caller: Caller) -> str:
    """Who begins a trial, as its id tells: `m7` for member 7, `k3` for key 3, `l12` for whoever has link 12."""
    kind, _, number = caller.who.partition(":")
    return f"{kind[0]}{number}"


def check_offer(organisation_id: int, offer: Offer) -> str:
    """The name of the assistant that may be tried so.

    Raises InvalidInput for an assistant or a version that there is not, and for who is not in the contact book.
    """
    name = get_conversation().catalogue.find(organisation_id, offer.assistant, offer.version).name
    if offer.known_as and _contact(organisation_id, offer.known_as) is None:
        raise InvalidInput(
            "there is nobody with that number in the contact book: choose somebody who is, or nobody",
            details={"known_as": ["Not in the contact book."]},
        )
    return name


def begin(caller: Caller, offer: Offer) -> tuple[str, Trial]:
    """A new trial of an assistant: its name, and who tries it. Nothing is kept before the first message.

    Raises InvalidInput as `check_offer` does.
    """
    name = check_offer(caller.organisation_id, offer)
    return name, Trial.begin(maker_of(caller), offer.version, offer.known_as)


def find_trial(trial_id: str) -> Trial:
    """The trial of an id. Raises NotFound for what is none."""
    trial = Trial.read(trial_id)
    if trial is None or len(trial_id) > USER_ID_LENGTH:
        raise NotFound("there is no such trial")
    return trial


def say(organisation_id: int, assistant: str, trial: Trial, text: str, *, waited: float = 0.0) -> None:
    """Write a message as that trial, and wait for its answer as long as a channel waits.

    `waited` is how many seconds of that went by before. Raises InvalidInput for an assistant that there is not.
    """
    person = _person(organisation_id, assistant, trial)
    inbound = Inbound(KIND, KIND, trial.user_id, (Text(text),))
    get_conversation().receive(Event(person, inbound), waited=waited)


def read(organisation_id: int, assistant: str, trial: Trial) -> dict[str, Any]:
    """A trial as it stands: the assistant, for whom it takes them, where they stand, and what was said.

    Raises InvalidInput for an assistant, or a version of it, that there is not.
    """
    conversation = get_conversation()
    person = _person(organisation_id, assistant, trial)
    spec = conversation.catalogue.find(organisation_id, person.assistant, trial.version).spec
    contact = _contact(organisation_id, trial.known_as) if trial.known_as else None
    state = conversation.state(person)
    return {
        **user_status(state),
        "trial_id": trial.user_id,
        "assistant": spec.name,
        "title": spec.title,
        "version": spec.version,
        "known_as": trial.known_as or None,
        "contact_name": contact and (" ".join(filter(None, (contact.first_name, contact.last_name))) or None),
        "company": contact and contact.company,
        "questions": sum(
            len(each.questions) for each in spec.agents.values() if isinstance(each, QuestionnaireContent)
        ),
        "messages": trial_messages(person),
    }


def list_trials(organisation_id: int, made_by: str | None = None) -> list[dict[str, Any]]:
    """The organisation's newest trials, or those that somebody began."""
    return [
        {**row, "trial_id": row["user_id"], "known_as": trial.known_as or None, "made_by": trial.made_by}
        for row in trials_of(organisation_id, made_by)
        if (trial := Trial.read(row["user_id"])) is not None
    ]


def _person(organisation_id: int, assistant: str, trial: Trial) -> Person:
    return get_conversation().person(organisation_id, assistant, trial.user_id)


def _contact(organisation_id: int, phone: str) -> ContactCard | None:
    region = current_app.config["SETTINGS"].default_region
    with tenant_transaction(organisation_id) as session:
        return book.find(session, organisation_id, phone, region)
