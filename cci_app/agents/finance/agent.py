"""Plans as an agent: figures of a message and of those before it become loans, and those sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from cci_app.agents.catalog.memory import CatalogMemory
from cci_app.agents.finance.annuity import Loan, NoLoan, cents
from cci_app.agents.finance.content import FinanceContent
from cci_app.agents.finance.memory import FinanceMemory
from cci_app.agents.finance.reading import PlanReader, PlanWish
from cci_app.agents.finance.sheet import PlanSheet
from cci_app.agents.kind import Means
from cci_app.agents.ports import ROUTER, AgentReply, TurnContext
from cci_app.agents.voice import AssistantVoice
from cci_app.catalog.asking import TableQuestion, read_asked
from cci_app.catalog.lexicon import TableLexicon
from cci_app.catalog.phrases import PLACE_WORDS
from cci_app.catalog.query import Item, Search, items_by_key, run_search
from cci_app.catalog.register import Table, find_table
from cci_app.catalog.showing import item_line, money
from cci_app.channels.message import Document, Part, Text
from cci_app.core.errors import NotFound

_HUNDRED: Final = Decimal(100)
_SHOWN: Final = 3
_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class _Thing:
    """What a plan is for."""

    price: Decimal | None
    key: str | None = None
    title: str = ""
    several: tuple[Item, ...] = ()
    none_found: bool = False


class FinanceAgent:
    """Serves every person, in any thread: the plan that is spoken of is in their state."""

    thinks_only = True

    def __init__(self, content: FinanceContent, means: Means) -> None:
        self._content = content
        self._voice = AssistantVoice(means.persona, means.chat)
        self._reader = PlanReader(content.words)

    def recognises(self, organisation_id: int, text: str, states: Mapping[str, Mapping[str, Any]]) -> float:  # noqa: ARG002
        """See Recognises: a term, a rate, a down payment; a row alone where a plan was spoken of last."""
        wish = self._reader.read(text)
        if wish.months is not None or wish.percent is not None or wish.down is not None or wish.rate is not None:
            return 0.95
        if wish.schedule or wish.named:
            return 0.6
        last = states.get(ROUTER, {}).get("last")
        mine = last is not None and "wish" in states.get(str(last), {})
        # "¿Y el tercero?" after a plan asks for another plan.
        return 0.68 if mine and len(wish.rest) <= _SHOWN and not PLACE_WORDS.isdisjoint(wish.rest) else 0.0

    def reply(self, turn: TurnContext) -> AgentReply:
        """Answer one message."""
        memory = FinanceMemory.load(turn.state)
        said = self._reader.read(turn.meant)
        thing = self._thing(turn, said, memory)
        say, language = self._content.say, turn.language
        if thing.none_found:
            return self._told(turn, say.none_found[language], memory)
        if thing.several:
            offered = tuple(each.key for each in thing.several)
            kept = FinanceMemory(said.over(replace(memory.wish, price=None)), offered=offered)
            return self._told(turn, say.which[language].format(items=thing.title), kept)
        wish = replace(said.over(memory.wish), price=thing.price)
        kept = FinanceMemory(wish, thing.key, thing.title)
        if thing.price is None:
            return self._told(turn, say.no_price[language], kept)
        try:
            return self._plan(turn, wish, kept, said)
        except NoLoan as problem:
            # What cannot be is told, and not kept: the next message is about the plan before.
            return self._told(turn, self._refused(problem, wish, language), replace(kept, wish=memory.wish))

    def _told(self, turn: TurnContext, text: str, memory: FinanceMemory, *more: Part) -> AgentReply:
        worded = self._voice.worded(text, turn.meant, turn.language, turn.deadline)
        return AgentReply((Text(worded), *more), memory.to_json(), intent="finance")

    def _plan(self, turn: TurnContext, wish: PlanWish, kept: FinanceMemory, said: PlanWish) -> AgentReply:
        content, say, language = self._content, self._content.say, turn.language
        assert wish.price is not None  # noqa: S101 (looked at by the caller)
        if wish.months is not None and not content.least <= wish.months <= content.most:
            raise NoLoan("months")
        rate = wish.rate if wish.rate is not None else content.annual_rate
        down = self._down(wish)
        terms = (wish.months,) if wish.months is not None else content.months
        loans = [Loan(wish.price, down, rate, months) for months in terms]
        one = loans[0]
        what = kept.title or self._money(wish.price)
        told = {
            "what": what,
            "down": self._money(down),
            "percent": f"{(down / wish.price * _HUNDRED).quantize(Decimal('0.1')):f}".removesuffix(".0"),
            "amount": self._money(one.amount),
            "rate": f"{rate.normalize():f}",
        }
        if said.schedule and wish.months is not None:
            return self._schedule(turn, one, kept, what)
        if len(loans) == 1:
            text = say.plan[language].format(**told, **self._figures(one))
        else:
            items = "\n".join(f"• {say.term[language].format(**self._figures(each))}" for each in loans)
            text = say.plans[language].format(**told, items=items)
        return self._told(turn, f"{text}\n{say.note[language]}", kept)

    def _figures(self, loan: Loan) -> dict[str, Any]:
        return {
            "months": loan.months,
            "payment": self._money(loan.payment),
            "interest": self._money(loan.interest),
            "total": self._money(loan.total),
        }

    def _schedule(self, turn: TurnContext, loan: Loan, kept: FinanceMemory, what: str) -> AgentReply:
        say, language = self._content.say, turn.language
        link = PlanSheet(loan, what, language).link
        if link:
            text = say.schedule[language].format(months=loan.months, payment=self._money(loan.payment))
            file = Document(link, f"plan-{loan.months}.xlsx", say.sheet[language])
            return self._told(turn, text, kept, file)
        lines, paid, interest = [], Decimal(0), Decimal(0)
        for each in loan.schedule():
            paid, interest = paid + each.payment, interest + each.interest
            if each.month % _YEAR == 0 or each.month == loan.months:
                figures = {"paid": paid, "interest": interest, "balance": each.balance}
                told = {name: self._money(figure) for name, figure in figures.items()}
                lines.append(f"• {say.year[language].format(year=-(-each.month // _YEAR), **told)}")
                paid, interest = Decimal(0), Decimal(0)
        text = say.yearly[language].format(items="\n".join(lines), months=loan.months)
        return self._told(turn, text, kept)

    def _down(self, wish: PlanWish) -> Decimal:
        assert wish.price is not None  # noqa: S101 (as above)
        if wish.percent is not None:
            return cents(wish.price * wish.percent / _HUNDRED)
        return wish.down if wish.down is not None else Decimal(0)

    def _refused(self, problem: NoLoan, wish: PlanWish, language: str) -> str:
        say, content = self._content.say, self._content
        price = wish.price or Decimal(0)
        down = self._money(self._down(wish))
        told = {
            "price": say.bad_price[language],
            "down": say.bad_down[language].format(down=down),
            "down_is_price": say.down_is_price[language].format(down=down, price=self._money(price)),
            "rate": say.bad_rate[language],
            "months": say.bad_months[language].format(least=content.least, most=content.most, months=wish.months),
        }
        return told[problem.what]

    def _money(self, amount: Decimal) -> str:
        return money(amount, self._content.currency, self._content.locale)

    def _thing(self, turn: TurnContext, said: PlanWish, memory: FinanceMemory) -> _Thing:
        """The price that a message means: its own, a row's that it names, that of the row or plan before."""
        before = _Thing(memory.wish.price, memory.thing, memory.title)
        if said.price is not None:
            return _Thing(said.price)
        try:
            table = find_table(turn.organisation_id, self._content.table) if self._content.table else None
        except NotFound:
            table = None
        if table is None or table.declaration.price is None:
            return before
        shown = CatalogMemory.load(turn.others.get(self._content.things or "", {}), table.declaration)
        if memory.offered:
            shown = replace(shown, shown=memory.offered, focus=None)
        asked = read_asked(" ".join(said.rest), TableLexicon(table), table.declaration)
        if asked.places and (asked.places != (0,) or before.price is None):
            return self._named(turn, table, asked, shown, before)
        if asked.conditions or asked.sorting:
            return self._searched(turn, table, asked, shown)
        # The row that was looked at since the last plan.
        looked_at = turn.others.get(ROUTER, {}).get("last") == self._content.things
        keys = [shown.focus] if shown.focus else list(shown.shown[:_SHOWN])
        if keys and (before.price is None or (looked_at and shown.focus)):
            return self._of_rows(table, items_by_key(turn.organisation_id, table, keys)) or before
        return before

    def _named(
        self, turn: TurnContext, table: Table, asked: TableQuestion, shown: CatalogMemory, before: _Thing
    ) -> _Thing:
        """The rows at the places of the last answer; a place that it does not have is told."""
        keys = [key for place in asked.places if (key := shown.named(place)) is not None]
        if not keys:
            return before if asked.places == (0,) else _Thing(None, none_found=True)
        return self._of_rows(table, items_by_key(turn.organisation_id, table, keys[:1])) or before

    def _searched(self, turn: TurnContext, table: Table, asked: TableQuestion, shown: CatalogMemory) -> _Thing:
        """The row that a message describes; of those that were shown rather than of all."""
        found = run_search(turn.organisation_id, table, Search(asked.conditions, asked.sorting, limit=10))
        if not found.total:
            return _Thing(None, none_found=True)
        seen = [item for item in found.items if item.key in shown.shown] or list(found.items)
        return self._of_rows(table, seen[: 1 if asked.sorting else _SHOWN]) or _Thing(None, none_found=True)

    def _of_rows(self, table: Table, items: Sequence[Item]) -> _Thing | None:
        """The thing of one row; of several, their lines to choose from."""
        price = table.declaration.price or ""
        priced = [item for item in items if price in item.values]
        lines = [item_line(table.declaration, item) for item in priced]
        if len(priced) > 1:
            told = "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))
            return _Thing(None, title=told, several=tuple(priced))
        return _Thing(Decimal(priced[0].values[price]), priced[0].key, lines[0]) if priced else None


def make_finance(content: FinanceContent, means: Means) -> FinanceAgent:
    """The agent of plans."""
    return FinanceAgent(content, means)
