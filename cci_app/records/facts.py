"""Facts that hold for a time, found by the words of a question: the organisation's own rows, and a table at Baserow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, InvalidInput, NotFound
from cci_app.language.stop_words import ASKING, FUNCTION_WORDS
from cci_app.language.tokens import tokens
from cci_app.records.models import Fact

# More belong into documents, which are searched.
MOST = 500
STOP_WORDS = ASKING.union(*FUNCTION_WORDS.values())
# A word of the title, or one that people ask by, says more than one of the text.
_NAMED, _SAID = 3.0, 1.0
# Words that begin alike are alike: horaire, horaires.
_LIKE = 5
_ENOUGH = 3.0


@dataclass(frozen=True, slots=True)
class ToldFact:
    """A fact as it is told."""

    title: str
    text: str
    words: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it is to be told on that day."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)


def facts_of(organisation_id: int) -> Sequence[ToldFact]:
    """The organisation's own facts, those that are over too."""
    columns = (Fact.title, Fact.text, Fact.words, Fact.starts_on, Fact.ends_on)
    with tenant_transaction(organisation_id) as session:
        rows = session.execute(sa.select(*columns).where(Fact.organisation_id == organisation_id).order_by(Fact.id))
        return [ToldFact(row.title, row.text, tuple(row.words), row.starts_on, row.ends_on) for row in rows]


def keep_facts(organisation_id: int, rows: Iterable[Mapping[str, Any]]) -> int:
    """Keep facts by their titles; how many."""
    with tenant_transaction(organisation_id) as session:
        return len([_kept(session, organisation_id, row) for row in rows])


def list_facts(organisation_id: int) -> Sequence[Fact]:
    """The organisation's own facts as they are kept, by title."""
    with tenant_transaction(organisation_id) as session:
        return session.scalars(sa.select(Fact).order_by(Fact.title)).all()


def keep_fact(organisation_id: int, row: Mapping[str, Any]) -> Fact:
    """Keep one fact, in place of the one that has its title. Raises InvalidInput, Conflict beyond so many."""
    if row.get("starts_on") and row.get("ends_on") and row["ends_on"] < row["starts_on"]:
        raise InvalidInput("the last day is before the first", details={"ends_on": ["Before starts_on."]})
    with tenant_transaction(organisation_id) as session:
        others = sa.select(sa.func.count()).select_from(Fact).where(Fact.title != row["title"])
        if (session.scalar(others) or 0) >= MOST:
            raise Conflict(f"there are {MOST} facts: remove one first")
        kept = session.get_one(Fact, _kept(session, organisation_id, row))
        record(session, organisation_id, "fact.kept", f"fact:{kept.id}")
        return kept


def _kept(session: Session, organisation_id: int, row: Mapping[str, Any]) -> int:
    values = {name: row.get(name) for name in ("text", "starts_on", "ends_on")}
    values["words"] = list(row.get("words") or ())
    made = insert(Fact).values(organisation_id=organisation_id, title=row["title"], **values)
    made = made.on_conflict_do_update(index_elements=["organisation_id", "title"], set_=values)
    return session.execute(made.returning(Fact.id)).scalar_one()


def remove_fact(organisation_id: int, fact_id: int) -> None:
    """Remove a fact. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        gone = session.scalar(sa.delete(Fact).where(Fact.id == fact_id).returning(Fact.id))
        if gone is None:
            raise NotFound("there is no such fact")
        record(session, organisation_id, "fact.removed", f"fact:{fact_id}")


def best_fact(facts: Iterable[ToldFact], question: str, day: date) -> ToldFact | None:
    """The fact that a question is about, of those that hold on that day; None where none is."""
    asked = {word for word in tokens(question) if word not in STOP_WORDS}
    scored = [(_score(fact, asked), -number, fact) for number, fact in enumerate(facts) if fact.holds(day)]
    best = max(scored, default=None, key=lambda each: each[:2])
    return best[2] if best is not None and best[0] >= _ENOUGH else None


def _score(fact: ToldFact, asked: Iterable[str]) -> float:
    named = _content(" ".join((fact.title, *fact.words)))
    said = _content(fact.text)
    return sum(_NAMED if _is_in(word, named) else _SAID if _is_in(word, said) else 0.0 for word in asked)


def _content(text: str) -> set[str]:
    return {word for word in tokens(text) if word not in STOP_WORDS}


def _is_in(word: str, words: set[str]) -> bool:
    return word in words or (len(word) > _LIKE and any(word[:_LIKE] == each[:_LIKE] for each in words))
