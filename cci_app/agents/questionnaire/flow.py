"""What happens next: a deterministic machine over modes and intents."""

from collections.abc import Callable
from dataclasses import replace

from cci_app.agents.ports import AgentReply, AnswerStatus
from cci_app.agents.questionnaire import asides, ending
from cci_app.agents.questionnaire.reading import pattern_of, words_of
from cci_app.agents.questionnaire.session import Session
from cci_app.agents.questionnaire.understanding import Command, Intent, Mode, Tone, Understander
from cci_app.agents.questionnaire.withdrawing import left_alone, withdrawing
from cci_app.agents.questionnaire.wording import joined, quote
from cci_app.channels.message import Audio

_ANSWERS = {Intent.ANSWER, Intent.ANSWER_AND_QUESTION}
# After so many misunderstandings in a row a human is called.
_MOST_MISSES = 2


def respond(session: Session, understander: Understander) -> AgentReply:
    """Answer the session's message."""
    if not session.turn.text.strip():
        return _attachment(session)
    command = understander.understand(session.turn.text, session.situation(), session.turn.deadline)
    return replace(_handled(session, command), intent=command.intent.value)


def _handled(session: Session, command: Command) -> AgentReply:
    if command.company is not None and session.company is None:
        session.memory.company = command.company
        session.memory.company_open = False
    if command.person is not None and session.first_name is None:
        session.memory.person = command.person
    if command.intent is Intent.LANGUAGE and command.language in session.languages:
        session.speak(command.language)
    withdrawn = withdrawing(session, command)
    if withdrawn is not None:
        return withdrawn
    handlers: dict[Mode, Callable[[Session, Command], AgentReply]] = {
        Mode.NEW: _opening,
        Mode.ASKING: _asking,
        Mode.CONFIRMING_RESTART: _confirming,
        Mode.STOPPED: _stopped,
        Mode.LEFT_ALONE: _left_alone,
        Mode.COMPLETED: ending.afterwards,
    }
    return handlers[session.memory.mode](session, command)


def _attachment(session: Session) -> AgentReply:
    words = asides.media_words(session)
    mode = session.memory.mode
    if mode is Mode.NEW:
        greeting = joined(session.hello(), session.introduction())
        session.open(1)
        return session.reply(greeting, words, session.asked())
    if isinstance(session.attached, Audio):
        return session.reply(words)
    if mode is Mode.COMPLETED:
        return session.reply(joined(words, session.say("anything_else")))
    if mode is Mode.STOPPED:
        return session.reply(joined(words, session.say("when_you_like")))
    if mode is Mode.LEFT_ALONE:
        return session.reply(words)
    session.memory.mode = Mode.ASKING
    return session.reply(words, session.returning())


# The first message


def _opening(session: Session, command: Command) -> AgentReply:
    first = session.question(1)
    session.open(1)
    if command.intent in _ANSWERS and first.kind == "yes_no":
        about = pattern_of(first.about).search(words_of(command.answer)) is not None
        if about and command.tone not in {Tone.PLAIN, Tone.NONE}:
            greeting = joined(session.hello(), session.introduction())
            return _take_answer(session, command, before=greeting)
    if command.intent in {Intent.HUMAN, Intent.COMPLAINT, Intent.INSULT}:
        return asides.human(session, command)
    if command.intent is Intent.STOP:
        return _stop(session, command)
    if command.intent in {Intent.QUESTION, Intent.ANSWER_AND_QUESTION}:
        if asides.entry_meant(session.content, command) is not None:
            # The welcome says who is speaking and what for.
            return session.reply(joined(session.hello(), session.introduction()), session.asked())
        answer = asides.answer_question(session, command)
        return session.reply(joined(session.hello(), answer), session.introduction(), session.asked())
    aside = ""
    if command.intent in {Intent.HOSTILE, Intent.PRIVATE, Intent.HOW_ARE_YOU}:
        aside = asides.small_words(session, command)
    if command.intent is Intent.LANGUAGE and command.language != session.turn.language:
        aside = asides.small_words(session, command)
    if command.intent is Intent.HOW_ARE_YOU:
        return session.reply(joined(session.hello(), aside, session.introduction()), session.asked())
    return session.reply(joined(session.hello(), session.introduction()), aside, session.asked())


# Between the first and the last question


def _asking(session: Session, command: Command) -> AgentReply:
    handlers: dict[Intent, Callable[[Session, Command], AgentReply]] = {
        Intent.ANSWER: _take_answer,
        Intent.ANSWER_AND_QUESTION: _take_answer,
        Intent.QUESTION: _own_question,
        Intent.SKIP: _skip,
        Intent.BACK: _back,
        Intent.CORRECT: _correct,
        Intent.STOP: _stop,
        Intent.RESTART: _restart,
        Intent.HUMAN: asides.human,
        Intent.COMPLAINT: asides.human,
        Intent.INSULT: asides.human,
        Intent.CLARIFY: _clarify,
        Intent.COMPANY: _company,
        Intent.RECALL: _recall,
        Intent.GREETING: _greeted,
        Intent.NOTHING: _not_understood,
        Intent.CONFIRM: _insisted,
        Intent.DENY: _not_insisted,
    }
    if command.intent is not Intent.NOTHING and not command.unsure:
        session.memory.misses = 0
    return handlers.get(command.intent, _aside)(session, command)


def _take_answer(session: Session, command: Command, before: str = "") -> AgentReply:
    number = session.number
    question = session.question(number)
    replaced = session.memory.has_text(number)
    words = words_of(command.answer)
    plain_yes = question.kind == "yes_no" and session.book.is_exactly("just_yes", words)
    if replaced and session.book.is_("go_on", words) and not plain_yes:
        return _move_on(session, session.say("kept"))
    aside = asides.instead_of_answer(session, command)
    if aside:
        return session.reply(aside, session.returning())
    if command.unsure and not session.memory.asked_again:
        return _ask_whether(session, command)
    if command.vague and session.unsure:
        # What was asked about says more than "it depends".
        return _insisted(session, command)
    if command.vague and not session.memory.asked_again:
        session.memory.asked_again = True
        if question.kind == "open" and session.book.is_exactly("just_yes", words):
            return session.reply(joined(session.say("yes_is_not_enough"), session.again()))
        return session.reply(joined(session.voice.vary(session.content.say.vague, number), session.again()))
    session.record(number, command.answer, _status(command))
    if command.dissatisfied:
        session.hand_over("complaint")
        said = session.say("complaint_noted")
    elif command.unsure:
        said = session.say("unsure_kept")
    elif command.vague:
        said = session.voice.vary(session.content.say.vague_accepted, number)
    elif replaced:
        said = session.say("changed")
    else:
        said = session.acknowledgement(number, command.tone)
    if command.intent is Intent.ANSWER_AND_QUESTION:
        told = asides.from_documents(session, command) if session.memory.help_offered else None
        # "I have no access, what can I do?" was just offered help: that the documents know nothing adds nothing.
        told = asides.answer_question(session, command) if told is None else told
        return _move_on(session, joined(said, told), before)
    return _move_on(session, said, before)


def _status(command: Command) -> AnswerStatus:
    if command.unsure:
        return AnswerStatus.UNSURE
    return AnswerStatus.VAGUE if command.vague else AnswerStatus.ANSWERED


def _ask_whether(session: Session, command: Command) -> AgentReply:
    """Nothing shows that it answers: the person is asked, once."""
    session.memory.asked_again = True
    session.memory.unsure = command.answer
    topic = session.question(session.number).topic[session.turn.language]
    return session.reply(session.say("unsure", text=quote(command.answer), topic=topic))


def _insisted(session: Session, _command: Command) -> AgentReply:
    if not session.unsure:
        return session.reply(session.again())
    session.record(session.number, session.unsure, AnswerStatus.UNSURE)
    return _move_on(session, session.say("unsure_kept"))


def _not_insisted(session: Session, _command: Command) -> AgentReply:
    return session.reply(session.again())


def _not_understood(session: Session, _command: Command) -> AgentReply:
    before = session.memory.misses
    # What was asked about and got neither a yes nor a no nor an answer was not understood either.
    session.memory.misses += 2 if session.unsure else 1
    if session.content.say.misunderstood is not None and before < _MOST_MISSES <= session.memory.misses:
        return asides.misunderstood(session)
    return session.reply(session.say("not_understood"), session.returning())


def _move_on(session: Session, said: str, before: str = "") -> AgentReply:
    """Say it, then ask the next open question or end."""
    following = session.memory.next_open(session.total)
    if following is None:
        return ending.finish(session, said)
    session.open(following)
    return session.reply(before, said, session.asked()) if before else session.reply(said, session.asked())


def _own_question(session: Session, command: Command) -> AgentReply:
    return session.reply(asides.answer_question(session, command), session.returning())


def _skip(session: Session, _command: Command) -> AgentReply:
    if session.memory.has_text(session.number):
        return _move_on(session, session.say("kept"))
    session.record(session.number, "", AnswerStatus.SKIPPED)
    # After the last question nothing is left to go on to.
    last = session.memory.next_open(session.total) is None
    return _move_on(session, "" if last else session.say("skipped"))


def _back(session: Session, _command: Command) -> AgentReply:
    if session.number <= 1:
        return session.reply(session.say("back_at_first"), session.asked())
    return _revisit(session, session.number - 1)


def _revisit(session: Session, number: int) -> AgentReply:
    """Open a former question with its answer so far."""
    session.open(number)
    if not session.memory.has_text(number):
        return session.reply(session.say("back_empty", number=number), session.asked())
    answer = quote(session.memory.answers[number].text)
    return session.reply(session.say("back", number=number, answer=answer), session.asked())


def _correct(session: Session, command: Command) -> AgentReply:
    number = command.number or 0
    if not 1 <= number <= session.total:
        said = session.say("no_such_question", number=number, total=session.total)
        return session.reply(said, session.returning())
    if number == session.number and command.answer and number not in session.memory.answers:
        return _take_answer(session, Command(Intent.ANSWER, answer=command.answer))
    if number not in session.memory.answers:
        said = "" if number == session.number else session.say("not_yet", number=number)
        return session.reply(said, session.asked() if number == session.number else session.returning())
    if not command.answer:
        return _revisit(session, number)
    session.record(number, command.answer, AnswerStatus.CORRECTED)
    said = session.say("corrected", number=number, answer=quote(command.answer))
    if number == session.number:
        return _move_on(session, said)
    return session.reply(said, session.returning())


def _stop(session: Session, _command: Command) -> AgentReply:
    session.memory.mode = Mode.STOPPED
    return session.reply(session.say("stopped", number=session.number))


def _restart(session: Session, _command: Command) -> AgentReply:
    session.memory.mode_before = session.memory.mode
    session.memory.mode = Mode.CONFIRMING_RESTART
    return session.reply(session.say("confirm_restart"))


def _clarify(session: Session, command: Command) -> AgentReply:
    return session.reply(joined(asides.small_words(session, command), session.again()))


def _company(session: Session, command: Command) -> AgentReply:
    pleased = session.say("pleased", name=session.first_name or "") if command.person else None
    noted = session.say("company_noted", company=session.company or "") if command.company else None
    said = joined(pleased, noted)
    return session.reply(said, session.asked() if session.memory.returns == 0 else session.returning())


def _recall(session: Session, command: Command) -> AgentReply:
    return session.reply(asides.recalled(session, command), session.returning())


def _greeted(session: Session, _command: Command) -> AgentReply:
    if session.misjudged:
        # The welcome was in a language that they may not read.
        return session.reply(joined(session.hello(), session.introduction()), session.asked())
    name = "resumed" if session.was_away else "still_at"
    said = joined(session.brief_hello(), session.say(name, number=session.number))
    return session.reply(said, session.asked())


def _aside(session: Session, command: Command) -> AgentReply:
    if command.intent is Intent.RESUME:
        return session.reply(
            joined(session.say("okay"), session.say("still_at", number=session.number)), session.asked()
        )
    return session.reply(asides.small_words(session, command), session.returning())


# Stopped, or about to start anew


def _stopped(session: Session, command: Command) -> AgentReply:
    if command.intent in {Intent.HUMAN, Intent.COMPLAINT, Intent.INSULT}:
        return asides.human(session, command)
    if command.intent is Intent.RESTART:
        return _restart(session, command)
    if command.intent is Intent.QUESTION:
        return session.reply(asides.answer_question(session, command), session.say("when_you_like"))
    told = command.intent in _ANSWERS and not command.vague and len(session.book.content(words_of(command.answer))) > 1
    if told or command.intent is Intent.CORRECT:
        session.memory.mode = Mode.ASKING
        return _asking(session, command)
    leaving = {Intent.STOP, Intent.THANKS, Intent.OKAY, Intent.SMALL_TALK}
    if command.intent in leaving and not (session.was_away and command.intent is Intent.OKAY):
        return session.reply(session.say("goodbye"))
    if command.intent is Intent.RECALL:
        return session.reply(joined(asides.recalled(session, command), session.say("when_you_like")))
    if command.intent in {Intent.HOSTILE, Intent.PRIVATE, Intent.CONTACT_DATA}:
        return session.reply(joined(asides.small_words(session, command), session.say("when_you_like")))
    session.memory.mode = Mode.ASKING
    greeting = session.brief_hello() if command.intent in {Intent.GREETING, Intent.HOW_ARE_YOU} else ""
    return session.reply(joined(greeting, session.say("resumed", number=session.number)), session.asked())


def _left_alone(session: Session, command: Command) -> AgentReply:
    reply = left_alone(session, command)
    if reply is not None:
        return reply
    session.memory.mode = Mode.STOPPED
    if session.memory.next_open(session.total) is None:
        session.memory.mode = Mode.COMPLETED
        return ending.afterwards(session, command)
    return _stopped(session, command)


def _confirming(session: Session, command: Command) -> AgentReply:
    memory = session.memory
    if command.intent is Intent.CONFIRM:
        memory.answers = {}
        memory.last_answered = None
        memory.contact_given = False
        memory.given = []
        session.open(1)
        session.new_run = True
        return session.reply(session.say("restarted"), session.asked())
    memory.mode = memory.mode_before
    if command.intent is Intent.DENY:
        said = session.say("restart_declined")
        if memory.mode is Mode.COMPLETED:
            return session.reply(joined(said, session.say("anything_else")))
        if memory.mode is Mode.STOPPED:
            return session.reply(joined(said, session.say("when_you_like")))
        return session.reply(said, session.returning())
    # Anything else means that they have moved on: it is answered as if nothing had been asked.
    handlers = {Mode.STOPPED: _stopped, Mode.COMPLETED: ending.afterwards}
    return handlers.get(memory.mode, _asking)(session, command)
