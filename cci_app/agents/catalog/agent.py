"""A table as an agent: a message becomes a question to it, the answer facts, and the facts sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from cci_app.agents.catalog.content import CatalogContent
from cci_app.agents.catalog.memory import CatalogMemory
from cci_app.agents.catalog.reading import QuestionReader
from cci_app.agents.catalog.wording import TableWording
from cci_app.agents.kind import Means
from cci_app.agents.ports import AgentReply, TurnContext
from cci_app.agents.voice import AssistantVoice
from cci_app.catalog.asking import TableQuestion, merged, read_asked
from cci_app.catalog.declaration import AttributeKind
from cci_app.catalog.lexicon import TableLexicon
from cci_app.catalog.query import (
    Condition,
    Item,
    Search,
    items_by_key,
    next_page,
    run_calculation,
    run_search,
)
from cci_app.catalog.register import Table, find_table
from cci_app.core.errors import NotFound

_MOST_COMPARED: Final = 3
_ALIKE: Final = 3


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said, and what is remembered of it."""

    text: str
    memory: CatalogMemory


class CatalogAgent:
    """Serves every person, in any thread: what they saw is in their state."""

    thinks_only = True

    def __init__(self, content: CatalogContent, means: Means) -> None:
        self._content = content
        self._voice = AssistantVoice(means.persona, means.chat)
        self._reader = QuestionReader(means.chat)

    def recognises(self, organisation_id: int, text: str, states: Mapping[str, Mapping[str, Any]]) -> float:
        """See Recognises: a row that was shown, or something that the table has."""
        try:
            table = find_table(organisation_id, self._content.table)
        except NotFound:
            return 0.0
        asked = read_asked(text, TableLexicon(table), table.declaration)
        own = next((state for state in states.values() if "shown" in state), None)
        if asked.conditions or asked.calculation:
            # "En cuántos días" counts nothing of the table, and what looks like a misspelt name may be a word.
            return 0.7 if asked.named else 0.45
        if own is not None and (asked.places or asked.compare or asked.like or asked.more or asked.sorting):
            return 0.65
        return 0.4 if asked.sorting or asked.compare else 0.0

    def reply(self, turn: TurnContext) -> AgentReply:
        """Answer one message."""
        say, language = self._content.say, turn.language
        try:
            table = find_table(turn.organisation_id, self._content.table)
        except NotFound:
            return AgentReply.saying(say.empty[language], turn.state, intent="catalog")
        if not table.row_count:
            return AgentReply.saying(say.empty[language], turn.state, intent="catalog")
        memory = CatalogMemory.load(turn.state, table.declaration)
        asked = self._reader.read(turn.meant, table, turn.deadline)
        told = _Turn(self._content, turn, table, memory, asked).answered()
        text = self._voice.worded(told.text, turn.meant, language, turn.deadline)
        return AgentReply.saying(text, told.memory.to_json(), intent="catalog")


@dataclass(frozen=True, slots=True)
class _Turn:
    """One question to a table and its answer."""

    content: CatalogContent
    turn: TurnContext
    table: Table
    memory: CatalogMemory
    asked: TableQuestion

    @property
    def _say(self) -> TableWording:
        return TableWording(self.content.say, self.table.declaration, self.turn.language)

    def answered(self) -> _Told:
        """The answer."""
        asked = self.asked
        conditions = self._conditions()
        if asked.compare and (several := self._named()) and len(several) > 1:
            return self._compared(several)
        if asked.like:
            return self._alike()
        if asked.calculation is not None:
            groups = run_calculation(self.turn.organisation_id, self.table, conditions, asked.calculation)
            text = self._say.calculated(asked.calculation, groups, conditions)
            return _Told(text, replace(self.memory, search=Search(conditions, limit=self.content.page)))
        if asked.places and not asked.conditions:
            return self._detailed()
        if asked.more and (self.memory.shown or self.memory.search.conditions):
            return self._searched(next_page(self.memory.search))
        if asked.compare and asked.conditions:
            return self._compared(self._found_for_comparison())
        if asked.is_empty and (not self.memory.search.conditions or (asked.unknown and not asked.goes_on)):
            return self._asking()
        order = asked.sorting or (self.memory.search.order if asked.goes_on else None)
        limit = 1 if asked.single else self.content.page
        return self._searched(Search(conditions, order, limit=limit))

    def _conditions(self) -> tuple[Condition, ...]:
        if self.asked.goes_on and self.memory.search.conditions:
            return merged(self.memory.search.conditions, self.asked, self.table.declaration)
        return self.asked.conditions

    def _named(self) -> list[Item]:
        """The rows that a message names by their places."""
        keys = [key for place in self.asked.places if (key := self.memory.named(place)) is not None]
        if not keys and self.asked.compare and not self.asked.conditions:
            keys = list(self.memory.shown[:2])
        return items_by_key(self.turn.organisation_id, self.table, list(dict.fromkeys(keys))[:_MOST_COMPARED])

    def _found_for_comparison(self) -> list[Item]:
        """The first row of each value that is compared: "compara el Versa con el Sentra"."""
        several = max(self.asked.conditions, key=lambda each: len(each.values))
        rest = tuple(each for each in self.asked.conditions if each is not several)
        found: list[Item] = []
        for value in several.values[:_MOST_COMPARED] or ("",):
            one = replace(several, values=(value,)) if value else several
            search = Search((*rest, one), limit=1 if len(several.values) > 1 else 2)
            found += run_search(self.turn.organisation_id, self.table, search).items
        return found[:_MOST_COMPARED]

    def _searched(self, search: Search) -> _Told:
        say, language, words = self.content.say, self.turn.language, self._say
        found = run_search(self.turn.organisation_id, self.table, search)
        understood = words.understood(search.conditions)
        memory = CatalogMemory(search, tuple(item.key for item in found.items), None)
        if not found.total:
            text = say.nearest[language].format(
                understood=understood or say.everything[language], items=words.lines(found.items)
            )
            return _Told(self._with_unknown(text), memory)
        if not found.items:
            return _Told(say.last[language], self.memory)
        if search.limit == 1 or found.total == 1:
            text = say.single[language].format(
                understood=understood or say.everything[language], items=words.lines(found.items)
            )
            focused = replace(memory, focus=found.items[0].key, title=words.line(found.items[0]))
            return _Told(self._with_unknown(f"{text}\n{say.offer[language]}"), focused)
        text = say.found[language].format(
            total=f"{found.total:,}",
            noun=words.noun(found.total),
            understood=understood or say.everything[language],
            items=words.lines(found.items),
        )
        left = found.total - search.offset - len(found.items)
        behind = say.more[language].format(left=f"{left:,}") if left else say.offer[language]
        return _Told(self._with_unknown(f"{text}\n{behind}"), memory)

    def _with_unknown(self, text: str) -> str:
        """The answer, after what was not understood of the question."""
        words = self.asked.unknown
        if not words:
            return text
        quoted = ", ".join(f"«{word}»" for word in words[:3])
        return f"{self.content.say.unknown[self.turn.language].format(words=quoted)}\n{text}"

    def _detailed(self) -> _Told:
        say, language, words = self.content.say, self.turn.language, self._say
        items = self._named()
        if not items:
            declaration = self.table.declaration
            return _Told(say.which[language].format(noun=declaration.noun, nouns=declaration.nouns), self.memory)
        if len(items) > 1:
            return self._compared(items)
        item = items[0]
        text = say.detail[language].format(item=words.line(item), items=words.detail(item), noun=words.noun(1))
        return _Told(text, replace(self.memory, focus=item.key, title=words.line(item)))

    def _compared(self, items: Sequence[Item]) -> _Told:
        say, language = self.content.say, self.turn.language
        if len(items) < 2:
            declaration = self.table.declaration
            return _Told(say.which[language].format(noun=declaration.noun, nouns=declaration.nouns), self.memory)
        text = say.compared[language].format(items=self._say.compared(items))
        return _Told(text, replace(self.memory, shown=tuple(item.key for item in items), focus=None, title=""))

    def _alike(self) -> _Told:
        say, language, words = self.content.say, self.turn.language, self._say
        named = self._named()
        key = named[0].key if named else self.memory.named(0) or next(iter(self.memory.shown), None)
        if key is None and self.asked.conditions:
            first = run_search(self.turn.organisation_id, self.table, Search(self.asked.conditions, limit=1)).items
            key = first[0].key if first else None
        if key is None:
            declaration = self.table.declaration
            return _Told(say.which[language].format(noun=declaration.noun, nouns=declaration.nouns), self.memory)
        model = items_by_key(self.turn.organisation_id, self.table, [key])
        search = Search(like=key, limit=_ALIKE)
        found = run_search(self.turn.organisation_id, self.table, search)
        line = words.line(model[0]) if model else key
        text = say.alike[language].format(item=line, items=words.lines(found.items))
        return _Told(text, CatalogMemory(search, tuple(item.key for item in found.items), None))

    def _asking(self) -> _Told:
        """What there is to ask for, where nothing was understood."""
        say, language = self.content.say, self.turn.language
        declaration = self.table.declaration
        asked_by = declaration.of_kind(AttributeKind.CHOICE, AttributeKind.MONEY).values()
        choices = [each.label.lower() for each in asked_by]
        text = say.ask[language].format(nouns=declaration.nouns, choices=", ".join(choices[:5]))
        return _Told(self._with_unknown(text), self.memory)


def make_catalog(content: CatalogContent, means: Means) -> CatalogAgent:
    """The agent of a table."""
    return CatalogAgent(content, means)
