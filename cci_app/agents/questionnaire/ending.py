"""The last question answered: the recommendation, and the conversation that goes on after it."""

from cci_app.agents.ports import AgentReply, AnswerStatus
from cci_app.agents.questionnaire import asides
from cci_app.agents.questionnaire.content import Service
from cci_app.agents.questionnaire.reading import pattern_of, words_of
from cci_app.agents.questionnaire.recommendation import recommend
from cci_app.agents.questionnaire.session import Session
from cci_app.agents.questionnaire.understanding import Command, Intent, Mode
from cci_app.agents.questionnaire.wording import joined, quote


def finish(session: Session, said: str) -> AgentReply:
    """Thank, recommend one service and at most a second, give the contact."""
    session.memory.mode = Mode.COMPLETED
    session.memory.question = None
    name = session.first_name
    thanks = session.say("finished", name=name) if name else session.say("finished_stranger")
    answers = {
        number: answer.text
        for number, answer in session.memory.answers.items()
        if answer.status is not AnswerStatus.SKIPPED
    }
    found = recommend(session.content, answers)
    language = session.turn.language
    service, benefit = found.main.name[language], found.main.benefit[language]
    if found.quote:
        reason = session.say(
            "recommend", quote=quote(session.book.without_lead(found.quote)), service=service, benefit=benefit
        )
    else:
        reason = session.say("recommend_default", service=service, benefit=benefit)
    second = None
    if found.second is not None:
        name, benefit = found.second.name[language], found.second.benefit[language]
        second = session.say("recommend_second", service=name, benefit=benefit)
    return session.reply(joined(said, thanks), joined(reason, second), joined(_contact(session, found.main)))


def _contact(session: Session, service: Service) -> str:
    known = session.known_contact(service.role)
    if known is not None:
        return session.say("recommend_known_contact", person=known) + "\n" + session.say("stay")
    contacts = session.contacts(service.prefill[session.turn.language], role=service.role, short=True)
    return session.say("recommend_contact", contacts=contacts) + "\n" + session.say("stay")


def afterwards(session: Session, command: Command) -> AgentReply:
    """Answer somebody who has finished: questions, corrections, courtesies; nothing starts over by itself."""
    intent = command.intent
    if intent in {Intent.HUMAN, Intent.COMPLAINT, Intent.INSULT}:
        return asides.human(session, command)
    if intent in {Intent.QUESTION, Intent.ANSWER_AND_QUESTION}:
        return session.reply(asides.answer_question(session, command))
    if intent is Intent.RESTART:
        session.memory.mode_before = Mode.COMPLETED
        session.memory.mode = Mode.CONFIRMING_RESTART
        return session.reply(session.say("confirm_restart"))
    if intent is Intent.CORRECT and command.answer:
        return _correct(session, command)
    if intent in {Intent.GREETING, Intent.HOW_ARE_YOU}:
        how = session.say("how_are_you") if intent is Intent.HOW_ARE_YOU else None
        return session.reply(joined(session.brief_hello() if how is None else how, session.say("hello_again")))
    if intent in {Intent.BACK, Intent.RESUME, Intent.CORRECT}:
        return session.reply(session.say("already_finished"))
    if intent is Intent.RECALL:
        return session.reply(asides.recalled(session, command))
    if intent is Intent.STOP or (intent is Intent.ANSWER and session.book.is_("nothing", words_of(command.answer))):
        return session.reply(session.say("goodbye"))
    if intent in {Intent.THANKS, Intent.OKAY, Intent.SMALL_TALK}:
        return session.reply(asides.small_words(session, command))
    if intent in {Intent.HOSTILE, Intent.PRIVATE, Intent.CONTACT_DATA, Intent.LANGUAGE}:
        return session.reply(joined(asides.small_words(session, command), session.say("anything_else")))
    if intent is Intent.COMPANY:
        return session.reply(joined(session.say("thanks"), session.say("anything_else")))
    said = asides.instead_of_answer(session, command) if intent is Intent.ANSWER else ""
    if said:
        return session.reply(said)
    if intent is Intent.ANSWER and _names_a_service(session):
        told = asides.from_documents(session, Command(Intent.QUESTION, question=session.turn.text))
        return session.reply(told or session.say("anything_else"))
    return session.reply(session.say("anything_else"))


def _names_a_service(session: Session) -> bool:
    words = words_of(session.turn.text)
    return any(pattern_of(service.words).search(words) for service in session.content.services)


def _correct(session: Session, command: Command) -> AgentReply:
    number = command.number or 0
    if number not in session.memory.answers:
        said = session.say("no_such_question", number=number, total=session.total)
    else:
        session.record(number, command.answer, AnswerStatus.CORRECTED)
        said = session.say("corrected", number=number, answer=quote(command.answer))
    return session.reply(joined(said, session.say("anything_else")))
