"""What is not the questionnaire: the person's own questions, humans, courtesies, attachments."""

from cci_app.agents.ports import AgentReply
from cci_app.agents.questionnaire.content import AboutItself, QuestionnaireContent
from cci_app.agents.questionnaire.documents import prices_it, shown
from cci_app.agents.questionnaire.people import cities_in
from cci_app.agents.questionnaire.reading import pattern_of, words_of
from cci_app.agents.questionnaire.session import Session
from cci_app.agents.questionnaire.understanding import Command, Intent, Mode
from cci_app.agents.questionnaire.wording import joined, name_of, quote
from cci_app.channels.message import Audio, Document, Image, Location, Part, Unsupported, VCard, Video
from cci_app.core.errors import CciError

# A question about the assistant itself is short; "es una persona" in a long one is about something else.
_ABOUT_WORDS = 14
# Of a question that was answered, what is kept for one that goes on from it.
_REMEMBERED = 300


def answer_question(session: Session, command: Command) -> str:
    """The answer to the person's own question as one paragraph, with its source; honest where there is none."""
    itself = entry_meant(session.content, command)
    if itself is not None:
        return _told_about(session, itself)
    return from_documents(session, command, or_nearest=True) or _unanswered(session, command)


def from_documents(session: Session, command: Command, *, or_nearest: bool = False) -> str:
    """What the documents say, with its source, or an empty text where they say nothing."""
    turn = session.turn
    try:
        # The whole message: what stands around a question may say what it is about.
        answer = session.answerer.answer(
            turn.organisation_id,
            turn.text,
            turn.language,
            turn.deadline,
            about=session.memory.answered_question,
            or_nearest=or_nearest,
        )
    except CciError:
        return session.say("documents_unavailable")
    if answer is not None and (not command.price or answer.is_own or prices_it(session.book, answer, turn.text)):
        text = shown(session.voice, answer)
        if text:
            session.sources = answer.sources
            session.memory.answered_question = turn.text[:_REMEMBERED]
            return text if answer.sure else _unanswered(session, command, session.say("nearest") + "\n" + text)
    return ""


def _unanswered(session: Session, command: Command, honest: str = "") -> str:
    """That the documents do not say it, and whom to ask: a contact that was given already is not given again."""
    session.unanswered = session.turn.text[:_REMEMBERED]
    honest = honest or (session.say("no_price") if command.price else session.say("unknown"))
    if session.memory.contact_given:
        return joined(honest, session.say("ask_known_contact"))
    prefill = session.content.directory.prefill[session.turn.language]
    words = words_of(command.question)
    role = next((s.role for s in session.content.services if pattern_of(s.words).search(words)), None)
    contacts = session.contacts(prefill, role=role, text=command.question, short=True)
    return joined(honest, session.say("ask_contact", contacts=contacts))


def about_itself(session: Session, question: str) -> str | None:
    """The answer to a question about the assistant or the questionnaire itself, or None where it is none."""
    entry = entry_meant(session.content, Command(Intent.QUESTION, question=question))
    return None if entry is None else _told_about(session, entry)


def entry_meant(content: QuestionnaireContent, command: Command) -> AboutItself | None:
    """What of the assistant or the questionnaire itself a question asks about, by its name or by its words."""
    if command.about is not None:
        return next((about for about in content.about if about.name == command.about), None)
    words = words_of(command.question)
    if words.count(" ") >= _ABOUT_WORDS:
        return None
    if any(pattern_of(service.words).search(words) for service in content.services):
        return None
    return next((about for about in content.about if pattern_of(about.words).search(words)), None)


def _told_about(session: Session, about: AboutItself) -> str:
    language = session.turn.language
    if about.last is not None and session.memory.mode is Mode.COMPLETED:
        return session.say("already_finished")
    left = sum(number not in session.memory.answers for number in range(1, session.total + 1))
    return about.last[language] if about.last is not None and left <= 1 else about.answer[language].format(left=left)


def instead_of_answer(session: Session, command: Command) -> str:
    """What to say to a statement that answers nothing: about the questionnaire itself, or where the person is."""
    words = words_of(command.answer)
    if command.vague:
        # "de parte de quién", without its mark
        itself = about_itself(session, command.answer)
        if itself is not None:
            return itself
    if words.count(" ") < _ABOUT_WORDS:
        for about in session.content.about:
            if pattern_of(about.said).search(words):
                return _told_about(session, about)
    named = cities_in(session.content.directory, command.answer)
    only = session.city_open and len(session.book.content(words)) == 1
    if len(named) == 1 and (only or session.book.is_("located", words)):
        return _location(session, command.answer)
    return ""


def human(session: Session, command: Command) -> AgentReply:
    """A human is asked for, or needed: the contact for the city, a summary handed on; the questionnaire waits."""
    name = {Intent.COMPLAINT: "complaint", Intent.INSULT: "insult"}.get(command.intent, "human")
    if name != "insult":
        session.hand_over("complaint" if name == "complaint" else "asked_for_human")
    prefill = session.content.directory.prefill[session.turn.language]
    contacts = session.contacts(prefill, text=session.turn.text)
    if name == "human" and "\n" in contacts:
        name = "human_both"
    return session.reply(f"{session.say(name)}\n{contacts.strip()}", waiting(session))


def misunderstood(session: Session) -> AgentReply:
    """A human is called who may understand what was not; the questionnaire waits."""
    session.hand_over("misunderstood")
    contacts = session.contacts(session.content.directory.prefill[session.turn.language], text=session.turn.text)
    return session.reply(f"{session.say('misunderstood')}\n{contacts.strip()}", waiting(session))


def waiting(session: Session) -> str:
    """How to take the questionnaire up again; nothing where it is finished."""
    mode = session.memory.mode
    if mode is Mode.COMPLETED:
        return ""
    if mode is Mode.STOPPED:
        return session.say("when_you_like")
    return session.say("human_waits", number=session.number)


def small_words(session: Session, command: Command) -> str:
    """The half sentence that answers a courtesy, a joke or an attempt."""
    names = {
        Intent.THANKS: "thanks",
        Intent.OKAY: "okay",
        Intent.HOW_ARE_YOU: "how_are_you",
        Intent.SMALL_TALK: "smile",
        Intent.HOSTILE: "off_topic",
        Intent.PRIVATE: "private",
        Intent.CONTACT_DATA: "personal_number",
        Intent.CLARIFY: "clarify",
        Intent.GREETING: "hello",
    }
    if command.intent is Intent.GREETING:
        return session.brief_hello()
    if command.intent is Intent.LANGUAGE:
        if command.language == session.turn.language:
            return session.say("language_switched")
        if session.preface:
            # It says so already.
            return ""
        return session.in_their_language(command.language) or session.say("language_unsupported")
    return session.say(names[command.intent])


def recalled(session: Session, command: Command) -> str:
    """What the person answered so far, to one question or to all."""
    told = {number: answer.text for number, answer in sorted(session.memory.answers.items()) if answer.text}
    if command.number is not None:
        told = {number: text for number, text in told.items() if number == command.number}
    if not told:
        return session.say("recall_nothing")
    lines = [f"{number}. {session.say('quoted', text=quote(text))}" for number, text in told.items()]
    return "\n".join([session.say("recall"), *lines])


def media_words(session: Session) -> str:
    """The thanks for an attachment that came without text; a location's city is kept."""
    attached = session.attached
    if isinstance(attached, Location):
        return _location(session, attached.city)
    names: dict[type[Part], str] = {
        Audio: "audio_first" if session.memory.mode is Mode.NEW else "audio",
        Image: "image",
        Video: "video",
        Document: "document",
        VCard: "contact_card",
        Unsupported: "unsupported",
    }
    return session.say("smile" if attached is None else names.get(type(attached), "smile"))


def _location(session: Session, city: str) -> str:
    known = cities_in(session.content.directory, city)
    if len(known) == 1:
        session.memory.city = known[0].id
        return session.say("location_city", city=known[0].name[session.turn.language])
    name = name_of(city)
    return session.say("location_city", city=name) if name else session.say("location")
