"""The content of a questionnaire: everything a person may read from it, and the words by which it understands them.

Lists of words are compared without accents and case; `export*` stands for every word that begins so.
"""

from collections.abc import Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, RootModel, StringConstraints, model_validator

from cci_app.agents.kind import AgentContent
from cci_app.language.localised import Content, Localised, Plain, PlainList, allowing

Words = tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)], ...]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]

PREFILL_WORDS = 8


def _brief(value: Localised) -> Localised:
    for language, text in value.root.items():
        if len(text.split()) > PREFILL_WORDS:
            raise ValueError(f"{language}: {text!r} has more than {PREFILL_WORDS} words")
    return value


Prefill = Annotated[Plain, AfterValidator(_brief)]


class Acknowledgements(Content):
    """Half a sentence that follows an answer, by what the answer was; `default` stands in for those left out."""

    default: PlainList
    yes: PlainList | None = None
    no: PlainList | None = None
    partial: PlainList | None = None
    trouble: PlainList | None = None
    none: PlainList | None = None
    positive: PlainList | None = None
    negative: PlainList | None = None


class Question(Content):
    """One question of the questionnaire.

    `vague` are words that alone are no answer; `about` are words that show a text speaks of this question. `weight` is
    what its answer counts for in the recommendation. `none_is_answer`: "none" may be said here. `accepts_criticism`:
    a complaint may be the answer.
    """

    id: Identifier
    kind: Literal["open", "yes_no"] = "open"
    weight: int = Field(1, ge=0, le=10)
    none_is_answer: bool = True
    accepts_criticism: bool = False
    about: Words = ()
    vague: Words = ()
    topic: Plain
    ask: Plain
    again: Annotated[Localised, AfterValidator(allowing("examples"))]
    examples: Plain | None = None
    return_to: PlainList
    acknowledgements: Acknowledgements

    @model_validator(mode="after")
    def _has_its_examples(self) -> Self:
        if self.examples is None and any("{examples}" in text for text in self.again.root.values()):
            raise ValueError("again uses {examples}, but the question has none")
        return self


class Sector(Content):
    """Contacts of some kind, known by words of their sector, with examples that fit them, by question id."""

    words: Words
    examples: dict[Identifier, Plain]


class City(Content):
    """A city where somebody answers; `aliases` are the names by which people call it and its surroundings."""

    id: Identifier
    name: Plain
    aliases: Words


class Person(Content):
    """Somebody who answers: `phone` in digits with the country code, `roles` as services name them."""

    name: str
    city: Identifier
    phone: Annotated[str, StringConstraints(pattern=r"^[1-9]\d{7,14}$")]
    roles: tuple[Identifier, ...]


class Directory(Content):
    """Who answers where. The first person of a city is its default."""

    cities: tuple[City, ...] = Field(min_length=1)
    people: tuple[Person, ...] = Field(min_length=1)
    prefill: Prefill

    @model_validator(mode="after")
    def _every_city_answers(self) -> Self:
        cities = {city.id for city in self.cities}
        for person in self.people:
            if person.city not in cities:
                raise ValueError(f"{person.name}: {person.city} is not one of the cities")
        for city in sorted(cities - {person.city for person in self.people}):
            raise ValueError(f"nobody answers in {city}")
        return self


class Service(Content):
    """A service that may be recommended: `name` with its article, `benefit` as the rest of the sentence."""

    id: Identifier
    role: Identifier
    name: Plain
    benefit: Plain
    prefill: Prefill
    words: Words = Field(min_length=1)


class AboutItself(Content):
    """A question about the assistant itself, known by its words, and the answer; `said` where nothing is asked.

    `last` is the answer where the open question is the last one. `name` is that of its examples, `about.<name>` among
    the intents.
    """

    name: Identifier | None = None
    words: Words = Field(min_length=1)
    said: Words = ()
    answer: Annotated[Localised, AfterValidator(allowing("left"))]
    last: Plain | None = None


# What may be told from examples: the name of an intent, or of an entry of `about`, or that it is nothing of all.
ABOUT = "about."
NOTHING = "nothing"
TOLD_BY_EXAMPLES: Final = frozenset(
    {"answer", "question", "skip", "back", "correct", "stop", "resume", "restart", "human", "clarify", "company"}
    | {"leave_alone", "erase", "wrong_person", "gone", "other_company", "trouble", "complaint"}
    | {"small_talk", "thanks", "greeting", "language", NOTHING}
)


class Examples(RootModel[dict[str, tuple[str, ...]]]):
    """Sentences by language code, of the assistant's languages and of any others that people write to it."""

    model_config = ConfigDict(frozen=True)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Those of all languages."""
        return tuple(sentence for several in self.root.values() for sentence in several)


class Wording(Content):
    """Every fixed sentence. The names say when each is used.

    With `misunderstood`, a human is called for whoever was not understood twice in a row; without, nobody is.
    """

    hello: Plain
    hello_name: Annotated[Localised, AfterValidator(allowing("name"))]
    hello_name_company: Annotated[Localised, AfterValidator(allowing("name", "company"))]
    hello_company: Annotated[Localised, AfterValidator(allowing("company"))]
    introduction: Annotated[Localised, AfterValidator(allowing("total", "minutes"))]
    invite_company: Plain
    pleased: Annotated[Localised, AfterValidator(allowing("name"))]
    company_noted: Annotated[Localised, AfterValidator(allowing("company"))]
    numbered: Annotated[Localised, AfterValidator(allowing("number", "total", "question"))]

    vague: PlainList
    vague_accepted: PlainList
    skipped: PlainList
    kept: Plain
    changed: Plain
    back: Annotated[Localised, AfterValidator(allowing("number", "answer"))]
    back_empty: Annotated[Localised, AfterValidator(allowing("number"))]
    back_at_first: Plain
    corrected: Annotated[Localised, AfterValidator(allowing("number", "answer"))]
    not_yet: Annotated[Localised, AfterValidator(allowing("number"))]
    no_such_question: Annotated[Localised, AfterValidator(allowing("number", "total"))]
    recall: Plain
    recall_nothing: Plain
    quoted: Annotated[Localised, AfterValidator(allowing("text"))]
    clarify: PlainList
    yes_is_not_enough: Plain
    resumed: Annotated[Localised, AfterValidator(allowing("number"))]
    still_at: Annotated[Localised, AfterValidator(allowing("number"))]

    stopped: Annotated[Localised, AfterValidator(allowing("number"))]
    goodbye: PlainList
    when_you_like: Plain
    confirm_restart: Plain
    restarted: Plain
    restart_declined: Plain

    nearest: Plain
    quoted_from_fr: Plain
    quoted_from_es: Plain
    quoted_from_en: Plain
    source: Annotated[Localised, AfterValidator(allowing("source"))]
    source_page: Annotated[Localised, AfterValidator(allowing("title", "page"))]
    unknown: PlainList
    no_price: Plain
    documents_unavailable: Plain
    ask_contact: Annotated[Localised, AfterValidator(allowing("contacts"))]
    ask_known_contact: Plain

    contact: Annotated[Localised, AfterValidator(allowing("person", "city", "phone", "link"))]
    contact_short: Annotated[Localised, AfterValidator(allowing("person", "city", "link"))]
    contact_name: Annotated[Localised, AfterValidator(allowing("person", "city"))]
    human: Plain
    human_both: Plain
    human_waits: Annotated[Localised, AfterValidator(allowing("number"))]
    complaint: Plain
    complaint_noted: Plain
    insult: Plain
    summary: Annotated[Localised, AfterValidator(allowing("who", "count", "total", "answers", "message"))]
    stranger: Plain

    thanks: PlainList
    okay: PlainList
    smile: PlainList
    how_are_you: Plain
    language_switched: Plain
    spoken: dict[Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")], str] = Field(default_factory=dict)
    language_unsupported: Plain
    not_understood: PlainList
    misunderstood: Plain | None = None
    unsure: Annotated[Localised, AfterValidator(allowing("text", "topic"))]
    unsure_kept: Plain
    off_topic: PlainList
    private: Plain
    personal_number: Plain

    own_answer: Plain
    left_alone: Plain
    left_alone_still: Plain
    confirm_erasure: Plain
    erasure_declined: Plain
    erased: Plain
    wrong_person: Plain
    gone: Plain
    other_company: Annotated[Localised, AfterValidator(allowing("company"))]
    which_company: Plain
    trouble: Plain

    audio: Plain
    audio_first: Plain
    image: Plain
    document: Plain
    video: Plain
    location: Plain
    location_city: Annotated[Localised, AfterValidator(allowing("city"))]
    unsupported: Plain
    contact_card: Plain

    finished: Annotated[Localised, AfterValidator(allowing("name"))]
    finished_stranger: Plain
    recommend: Annotated[Localised, AfterValidator(allowing("quote", "service", "benefit"))]
    recommend_default: Annotated[Localised, AfterValidator(allowing("service", "benefit"))]
    recommend_second: Annotated[Localised, AfterValidator(allowing("service", "benefit"))]
    recommend_contact: Annotated[Localised, AfterValidator(allowing("contacts"))]
    recommend_known_contact: Annotated[Localised, AfterValidator(allowing("person"))]
    stay: Plain
    hello_again: Plain
    anything_else: PlainList
    already_finished: Plain


class QuestionnaireContent(AgentContent):
    """A questionnaire as an assistant's file holds it under `kind: questionnaire`.

    `own_names` are the words by which people call the organisation, without their articles.
    """

    kind: Literal["questionnaire"]
    minutes: int = Field(ge=1, le=60)
    own_names: PlainList
    questions: tuple[Question, ...] = Field(min_length=1, max_length=30)
    sectors: tuple[Sector, ...] = ()
    directory: Directory
    default_service: Identifier
    services: tuple[Service, ...] = Field(min_length=1)
    about: tuple[AboutItself, ...] = ()
    intents: dict[str, Examples] = Field(default_factory=dict)
    say: Wording

    @property
    def organisation_names(self) -> frozenset[str]:
        """The own names, in every language."""
        return frozenset(name for names in self.own_names.root.values() for name in names)

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        questions = _unique("questions", [question.id for question in self.questions])
        services = _unique("services", [service.id for service in self.services])
        if self.default_service not in services:
            raise ValueError(f"default_service: {self.default_service} is not one of the services")
        for number, sector in enumerate(self.sectors):
            for unknown in sorted(set(sector.examples) - questions):
                raise ValueError(f"sectors.{number}.examples: {unknown} is not one of the questions")
        told = TOLD_BY_EXAMPLES | {f"{ABOUT}{about.name}" for about in self.about}
        for unknown in sorted(set(self.intents) - told):
            raise ValueError(f"intents: {unknown} is neither an intent nor the name of an entry of about")
        roles = {role for person in self.directory.people for role in person.roles}
        for service in self.services:
            if service.role not in roles:
                raise ValueError(f"services: nobody in the directory has the role {service.role} of {service.id}")
        return self


def _unique(what: str, names: Sequence[str]) -> set[str]:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{what}: {name} appears twice")
    return set(names)
