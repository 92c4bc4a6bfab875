"""What follows from what a channel brought, event by event."""

from collections.abc import Sequence
from typing import Any

import structlog

from cci_app.channels.accounts import channel_accounts, stop_account, written_name
from cci_app.channels.message import (
    AccountNews,
    Address,
    Brought,
    DeliveryReport,
    Ignored,
    Inbound,
    OwnWords,
    Text,
)
from cci_app.channels.ports import Channel, Fault, KnowsPhones, Rendered, Reply
from cci_app.conversation.identities import person_behind
from cci_app.conversation.inbound import Event
from cci_app.conversation.outbox import note_report
from cci_app.conversation.service import get_conversation
from cci_app.core.errors import Conflict
from cci_app.core.outside.models import AccountState
from cci_app.core.outside.register import Account
from cci_app.correspondence.answering import take_up
from cci_app.inbox.answering import answered_on_the_phone

log = structlog.get_logger(__name__)


def take(account: Account[Any, Any], channel: Channel, brought: Sequence[Brought], *, waited: float) -> Rendered:
    """Keep what was brought, before this returns: the reply of the last message in it, else what acknowledges it.

    `waited` is how many seconds of the sender's patience went by before.
    """
    reply = channel.render(Reply((), {}, 0))
    for one in brought:
        if isinstance(one, Inbound):
            reply = _receive(account, channel, one, waited) or reply
        elif isinstance(one, DeliveryReport):
            _note(account, channel, one)
        elif isinstance(one, AccountNews):
            state = AccountState.WORKING if one.works else AccountState.FAILING
            channel_accounts.note(account.organisation_id, channel.kind, account.name, state, one.reason)
        elif isinstance(one, OwnWords):
            _step_back(account, one)
        elif isinstance(one, Ignored):
            log.info("event_ignored", kind=channel.kind, what=one.what)
    return reply


def _note(account: Account[Any, Any], channel: Channel, report: DeliveryReport) -> None:
    known = note_report(account.organisation_id, report)
    log.info("delivery_report", kind=channel.kind, state=report.state, code=report.code, counts=known)
    if report.code is not None and channel.errors.get(report.code) is Fault.STOP_ACCOUNT:
        address = Address(channel.kind, written_name(account), "")
        stop_account(account.organisation_id, address, f"{report.reason or 'it is not accepted'} ({report.code})")


def _receive(account: Account[Any, Any], channel: Channel, inbound: Inbound, waited: float) -> Rendered | None:
    conversation = get_conversation()
    ask = channel.phone_behind if isinstance(channel, KnowsPhones) else None
    user_id = person_behind(account.organisation_id, inbound, ask)
    if take_up(account, inbound, user_id):
        return None
    if not channel.limits.converses:
        log.info("event_ignored", kind=channel.kind, what="it answers nothing of ours")
        return None
    person = conversation.person(account.organisation_id, account.assistant, user_id)
    try:
        return conversation.receive(Event(person, inbound), waited=waited).reply
    except Conflict:
        # A channel's id that was used for something else: repeating the delivery would not change it.
        log.warning("event_id_used_before", channel=inbound.channel, account=inbound.account)
        return None


def _step_back(account: Account[Any, Any], words: OwnWords) -> None:
    """Whoever of the organisation writes to a person by the telephone has taken over: nobody talks over them."""
    inbound = Inbound(words.channel, words.account, words.person)
    user_id = person_behind(account.organisation_id, inbound)
    person = get_conversation().person(account.organisation_id, account.assistant, user_id)
    answered_on_the_phone(person, (Text(words.text),), f"{words.channel} {words.account} {words.event_id}")
    log.info("answered_by_telephone", kind=words.channel, account=words.account)
