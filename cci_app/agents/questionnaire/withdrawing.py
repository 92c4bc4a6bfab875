"""People who are not to be asked any more: left alone, erased, mistaken for somebody else, gone, in trouble.

They are believed at once. No question is repeated to them; the organisation is told.
"""

from collections.abc import Callable
from typing import Final

from cci_app.agents.ports import AgentReply
from cci_app.agents.questionnaire import asides
from cci_app.agents.questionnaire.memory import Memory
from cci_app.agents.questionnaire.reading import words_of
from cci_app.agents.questionnaire.session import Session
from cci_app.agents.questionnaire.understanding import CONFIRMING, Command, Intent, Mode
from cci_app.agents.questionnaire.wording import joined
from cci_app.contacts.wishes import ContactWish

_SENTENCES: Final = {
    Intent.LEAVE_ALONE: ("left_alone", ContactWish.LEAVE_ALONE),
    Intent.WRONG_PERSON: ("wrong_person", ContactWish.WRONG_PERSON),
    Intent.GONE: ("gone", ContactWish.GONE),
}
_PASSING: Final = frozenset({Intent.THANKS, Intent.OKAY, Intent.SMALL_TALK, Intent.STOP, Intent.NOTHING, Intent.DENY})


def withdrawing(session: Session, command: Command) -> AgentReply | None:
    """The reply to a wish to be left, whatever was going on; None where the message is none."""
    if session.memory.mode is Mode.CONFIRMING_ERASURE:
        decided = _confirming(session, command)
        if decided is not None:
            return decided
    if command.intent in _SENTENCES:
        name, wish = _SENTENCES[command.intent]
        # Who has finished is asked nothing anyway.
        session.memory.mode = Mode.COMPLETED if _interrupted(session) is Mode.COMPLETED else Mode.LEFT_ALONE
        session.wish = wish
        session.hand_over(str(wish))
        return session.reply(session.say(name))
    handlers: dict[Intent, Callable[[Session, Command], AgentReply]] = {
        Intent.ERASE: _erase,
        Intent.TROUBLE: _trouble,
        Intent.OTHER_COMPANY: _other_company,
    }
    handle = handlers.get(command.intent)
    return handle(session, command) if handle is not None else None


def _interrupted(session: Session) -> Mode:
    """What was going on, which nothing is asked of any more."""
    memory = session.memory
    if memory.mode is Mode.NEW:
        session.open(1)
    return memory.mode_before if memory.mode in CONFIRMING else memory.mode


def _erase(session: Session, _command: Command) -> AgentReply:
    session.memory.mode_before = _interrupted(session)
    session.memory.mode = Mode.CONFIRMING_ERASURE
    # Until they confirm nothing is erased; nor does anybody write to them.
    session.wish = ContactWish.LEAVE_ALONE
    session.hand_over("erasure_asked")
    return session.reply(session.say("confirm_erasure"))


def _confirming(session: Session, command: Command) -> AgentReply | None:
    if command.intent in {Intent.CONFIRM, Intent.ERASE}:
        # The organisation is told when it is done, of a person whom nothing names any more.
        session.wish = ContactWish.ERASE
        session.memory = Memory.of_left_alone()
        return session.reply(session.say("erased"))
    session.memory.mode = session.memory.mode_before
    if command.intent is not Intent.DENY:
        # Anything else means that they have moved on: it is answered as if nothing had been asked.
        return None
    said = session.say("erasure_declined")
    if session.memory.mode is not Mode.LEFT_ALONE:
        session.wish = ContactWish.RESUME
    return session.reply(said if session.memory.mode is Mode.COMPLETED else joined(said, session.say("when_you_like")))


def _trouble(session: Session, _command: Command) -> AgentReply:
    session.memory.mode = Mode.COMPLETED if _interrupted(session) is Mode.COMPLETED else Mode.STOPPED
    session.hand_over("trouble")
    return session.reply(session.say("trouble"))


def _other_company(session: Session, command: Command) -> AgentReply:
    memory = session.memory
    memory.company_changed = True
    memory.company = command.company
    interrupted = _interrupted(session)
    memory.mode = Mode.COMPLETED if interrupted is Mode.COMPLETED else Mode.ASKING
    if command.company is None:
        memory.company_open = True
        return session.reply(session.say("which_company"))
    said = session.say("other_company", company=session.company or "")
    if memory.mode is Mode.COMPLETED:
        return session.reply(said)
    return session.reply(said, session.asked())


def left_alone(session: Session, command: Command) -> AgentReply | None:
    """The reply to somebody who wished to be left alone and writes again; None where they take the questions up."""
    if command.intent in {Intent.QUESTION, Intent.ANSWER_AND_QUESTION}:
        return session.reply(asides.answer_question(session, command))
    if command.intent in {Intent.HUMAN, Intent.COMPLAINT, Intent.INSULT}:
        return asides.human(session, command)
    if command.intent in _PASSING:
        return session.reply(session.say("goodbye"))
    told = command.intent is Intent.ANSWER and not (command.vague or command.unsure)
    told = told and len(session.book.content(words_of(command.answer))) > 1
    if command.intent in {Intent.RESUME, Intent.RESTART, Intent.CONFIRM} or told:
        session.wish = ContactWish.RESUME
        return None
    return session.reply(session.say("left_alone_still"))
