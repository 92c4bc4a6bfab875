"""What a language's lexicon holds."""

from dataclasses import dataclass, field

Phrases = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Regular expressions over the flat words of a text (no accents, no case, no punctuation, one space between).

    The first group is compared with a whole message, less what is in `fillers`; the second with the beginning of a
    clause; the third is looked for anywhere. `vague` and `empty` are single words. `{own_name}` stands for what people
    call the organisation, with or without its article, `{city}` for one of its cities.
    """

    fillers: Phrases = ()
    greeting: Phrases = ()
    how_are_you: Phrases = ()
    thanks: Phrases = ()
    okay: Phrases = ()
    laugh: Phrases = ()
    goodbye: Phrases = ()
    stop: Phrases = ()
    resume: Phrases = ()
    back: Phrases = ()
    skip: Phrases = ()
    restart: Phrases = ()
    leave_alone: Phrases = ()
    erase: Phrases = ()
    human: Phrases = ()
    help_me: Phrases = ()
    clarify: Phrases = ()
    preamble: Phrases = ()
    nothing: Phrases = ()
    partial: Phrases = ()
    just_yes: Phrases = ()
    just_no: Phrases = ()
    go_on: Phrases = ()

    yes_start: Phrases = ()
    no_start: Phrases = ()
    question_start: Phrases = ()
    bare_question_start: Phrases = ()
    tentative_start: Phrases = ()
    lead_in: Phrases = ()
    definite_start: Phrases = ()
    tag: Phrases = ()
    in_fact: Phrases = ()

    yes_hint: Phrases = ()
    no_hint: Phrases = ()
    trouble: Phrases = ()
    question_hint: Phrases = ()
    please: Phrases = ()
    insult: Phrases = ()
    complaint: Phrases = ()
    hostile: Phrases = ()
    private: Phrases = ()
    positive: Phrases = ()
    negative: Phrases = ()

    vague: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()

    # Over flat text with its punctuation: how a correction names its question, and how a company is named.
    ordinals: dict[str, int] = field(default_factory=dict)
    correction: Phrases = ()
    misspoken: Phrases = ()
    located: Phrases = ()
    person: Phrases = ()
    recall: Phrases = ()
    company: Phrases = ()
    company_loose: Phrases = ()
