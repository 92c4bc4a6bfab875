"""One message being answered: what is known, what is said, what is recorded."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from cci_app.agents.ports import (
    AgentReply,
    Answerer,
    AnswerStatus,
    HandoffRequest,
    RecordedAnswer,
    TurnContext,
)
from cci_app.agents.questionnaire.content import Question, QuestionnaireContent
from cci_app.agents.questionnaire.memory import Memory
from cci_app.agents.questionnaire.people import cities_in, named, people_for, present
from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.reading import pattern_of, words_of
from cci_app.agents.questionnaire.understanding import Mode, Situation, Tone
from cci_app.agents.questionnaire.wording import Voice, joined, name_of, quote, reply_of, retold
from cci_app.channels.message import Part
from cci_app.contacts.wishes import ContactWish
from cci_app.knowledge.search.passage import Source
from cci_app.language.localised import LocalisedList

# Silence after which a greeting is a return rather than politeness in passing.
AWAY: Final = timedelta(hours=3)
_SUMMARY_WORDS = 25
# Of a reply, what the next message is understood with.
_RETOLD = 160


class Session:
    """The work on one message. `memory` changes as the flow goes; nothing else outlives the reply."""

    def __init__(
        self, turn: TurnContext, memory: Memory, content: QuestionnaireContent, book: Phrasebook, answerer: Answerer
    ) -> None:
        self.turn = turn
        self.memory = memory
        self.content = content
        self.book = book
        self.answerer = answerer
        self.voice = Voice(content, turn.language, self.memory.turns)
        self.was_away = self.memory.seen_at is not None and turn.now - self.memory.seen_at >= AWAY
        self.company_open = self.memory.company_open
        self.help_offered = self.memory.help_offered
        self.city_open = self.memory.city_open
        self.unsure = self.memory.unsure
        self.memory.unsure = ""
        self.memory.help_offered = self.memory.city_open = False
        # A company is expected until the first question is done with.
        self.memory.company_open = self.company_open and self.memory.question == 1
        self.memory.turns += 1
        self.memory.seen_at = turn.now
        self.answers: list[RecordedAnswer] = []
        self.sources: tuple[Source, ...] = ()
        self.handoff: HandoffRequest | None = None
        self.wish: ContactWish | None = None
        self.unanswered: str | None = None
        # What stands before all else in the reply.
        self.preface = ""
        # The organisation's time, where a model is to know it.
        self.local_time: datetime | None = None
        # Those that may be spoken.
        self.languages: tuple[str, ...] = (turn.language,)
        self.new_run = False
        # The replies before this one were in a language that was guessed, and was not the person's.
        self.misjudged = False

    # Who and where

    @property
    def total(self) -> int:
        """How many questions there are."""
        return len(self.content.questions)

    @property
    def first_name(self) -> str | None:
        """The contact's first name, or the name that a stranger gave."""
        known = name_of(self.turn.contact.first_name) if self.turn.contact else None
        return known or (name_of(self.memory.person) or "").partition(" ")[0] or None

    @property
    def company(self) -> str | None:
        """The contact's company, or the one that a stranger named."""
        known = name_of(self.turn.contact.company) if self.turn.contact else None
        said = name_of(self.memory.company)
        return said if self.memory.company_changed else known or said

    @property
    def attached(self) -> Part | None:
        """What came instead of words; the first where there are several."""
        return self.turn.attachments[0] if self.turn.attachments else None

    def question(self, number: int) -> Question:
        """The question with that number, from 1."""
        return self.content.questions[number - 1]

    @property
    def number(self) -> int:
        """The number of the open question; that of the last where none is open."""
        return self.memory.question or self.total

    def situation(self) -> Situation:
        """What the message is said in, for the understander."""
        memory = self.memory
        # A first message is read as if the first question had been asked: it may already answer it.
        number = 1 if memory.mode is Mode.NEW else memory.question if memory.mode is not Mode.COMPLETED else None
        return Situation(
            language=self.turn.language,
            mode=memory.mode,
            question=self.question(number) if number else None,
            number=number,
            answers={number: answer.text for number, answer in memory.answers.items()},
            last_answered=memory.last_answered,
            company_known=self.company is not None,
            company_invited=self.company_open,
            help_offered=self.help_offered,
            unsure=self.unsure,
            before=memory.said,
            now=self.local_time,
            first_name=self.first_name or "",
            company=self.company or "",
        )

    def city(self, text: str = "") -> str | None:
        """The city whose people answer: named just now, told by a location, in the contact book, or in the answers."""
        directory = self.content.directory
        named = cities_in(directory, text)
        if len(named) == 1:
            return named[0].id
        if self.memory.city is not None:
            return self.memory.city
        if self.turn.contact is not None and self.turn.contact.city:
            homes = cities_in(directory, self.turn.contact.city)
            return homes[0].id if len(homes) == 1 else None
        told = " . ".join(answer.text for answer in self.memory.answers.values())
        mentioned = cities_in(directory, told)
        return mentioned[0].id if len(mentioned) == 1 else None

    def contacts(self, prefill: str, *, role: str | None = None, text: str = "", short: bool = False) -> str:
        """The right people with their links. From now on a contact counts as given."""
        people = people_for(self.content.directory, self.city(text), role)
        self.memory.contact_given = True
        self.memory.given = sorted({*self.memory.given, *(person.phone for person in people)})
        self.memory.city_open = len(people) > 1
        return present(self.voice, self.content.directory, people, prefill, short=short)

    def known_contact(self, role: str) -> str | None:
        """Who answers, by name, where the person has their link already; None where somebody is new to them."""
        people = people_for(self.content.directory, self.city(), role)
        known = len(people) == 1 and people[0].phone in self.memory.given
        return named(self.voice, self.content.directory, people[0]) if known else None

    # Saying

    def say(self, name: str, /, **values: str | int) -> str:
        """A sentence of the content in the person's language."""
        return self.voice.say(name, **values)

    def speak(self, language: str) -> None:
        """Go on in that language, which is one of the assistant's."""
        self.turn = replace(self.turn, language=language)
        self.voice = Voice(self.content, language, self.memory.turns)

    def in_their_language(self, language: str | None) -> str:
        """Which languages are spoken, said in theirs, once; empty where we know no word of it, or it was said."""
        spoken = self.content.say.spoken.get(language or "", "")
        if not spoken or self.memory.spoken_told:
            return ""
        self.memory.spoken_told = True
        return spoken

    def hello(self) -> str:
        """A greeting by what is known of the person."""
        name, company = self.first_name, self.company
        if name and company:
            return self.say("hello_name_company", name=name, company=company)
        if name:
            return self.say("hello_name", name=name)
        return self.say("hello_company", company=company) if company else self.say("hello")

    def brief_hello(self) -> str:
        """A greeting in passing."""
        return self.say("hello_name", name=self.first_name) if self.first_name else self.say("hello")

    def introduction(self) -> str:
        """What this is, how long it takes; a stranger is also asked for the company, once."""
        text = self.say("introduction", total=self.total, minutes=self.content.minutes)
        if self.company is None and not self.memory.company_invited:
            self.memory.company_invited = self.memory.company_open = True
            return joined(text, self.say("invite_company"))
        return text

    def asked(self) -> str:
        """The open question in full, with its number."""
        text = self.question(self.number).ask[self.turn.language]
        return self.say("numbered", number=self.number, total=self.total, question=text)

    def returning(self) -> str:
        """The open question once more, after something else; worded differently each time."""
        variants = self.question(self.number).return_to[self.turn.language]
        turn = self.memory.returns % (len(variants) + 1)
        self.memory.returns += 1
        return variants[turn] if turn < len(variants) else self.asked()

    def again(self) -> str:
        """The open question put more concretely, with examples that fit the contact's sector."""
        question = self.question(self.number)
        examples = question.examples[self.turn.language] if question.examples else ""
        contact = self.turn.contact
        trade = words_of(" . ".join(filter(None, (contact.sector, contact.description)))) if contact else ""
        for sector in self.content.sectors:
            if question.id in sector.examples and pattern_of(sector.words).search(trade):
                examples = sector.examples[question.id][self.turn.language]
                break
        return question.again[self.turn.language].format(examples=examples)

    def acknowledgement(self, number: int, tone: Tone) -> str:
        """Half a sentence after an answer."""
        acknowledgements = self.question(number).acknowledgements
        fitting = None if tone is Tone.PLAIN else getattr(acknowledgements, tone.value)
        chosen: LocalisedList = fitting or acknowledgements.default
        if tone is Tone.TROUBLE or (tone is Tone.NO and acknowledgements.no is not None):
            self.memory.help_offered = True
        return self.voice.vary(chosen, number + len(self.turn.text))

    # Keeping

    def open(self, number: int) -> None:
        """Make that question the open one."""
        self.memory.mode = Mode.ASKING
        self.memory.question = number
        self.memory.asked_at = self.turn.now
        self.memory.asked_again = False
        self.memory.misses = 0
        self.memory.returns = 0

    def record(self, number: int, text: str, status: AnswerStatus) -> None:
        """Keep an answer and report it."""
        self.answers.append(self.memory.record(number, text.strip(), status, self.turn.now))

    def hand_over(self, reason: str) -> None:
        """Ask that a human takes over, with what they should know."""
        told = [
            f"{number}: {quote(answer.text, _SUMMARY_WORDS)}."
            for number, answer in sorted(self.memory.answers.items())
            if answer.text
        ]
        contact = self.turn.contact
        full_name = joined(name_of(contact.first_name), name_of(contact.last_name)) if contact else ""
        full_name = full_name or name_of(self.memory.person) or ""
        who = [full_name, self.company, name_of(contact.city) if contact else None, self.turn.user_id]
        if not full_name:
            who.insert(0, self.say("stranger"))
        summary = self.say(
            "summary",
            who=", ".join(part for part in who if part),
            count=self.memory.progress().questions_answered,
            total=self.total,
            answers=" ".join(told),
            message=quote(self.turn.text, 2 * _SUMMARY_WORDS),
        )
        self.handoff = HandoffRequest(reason, " ".join(summary.split()))

    def reply(self, *paragraphs: str) -> AgentReply:
        """The finished reply with the memory as it now stands."""
        told = [paragraph for paragraph in paragraphs if paragraph.strip()]
        if self.preface and told:
            told[0] = joined(self.preface, told[0])
        # The open question, which ends a reply, is known by itself.
        rest = told[:-1] if self.memory.mode is Mode.ASKING and len(told) > 1 else told
        self.memory.said = retold(" ".join(rest), _RETOLD, (self.first_name, self.company))
        return AgentReply.saying(
            reply_of(told),
            state=self.memory.dump(),
            progress=self.memory.progress(),
            answers=tuple(self.answers),
            sources=self.sources,
            handoff=self.handoff,
            company=self.memory.company,
            new_run=self.new_run,
            language=self.turn.language,
            wish=self.wish,
            unanswered=self.unanswered,
        )
