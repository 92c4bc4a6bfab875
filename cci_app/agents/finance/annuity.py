"""The loan that is paid back in equal monthly parts, in decimals.

Payment = P r (1 + r)^n / ((1 + r)^n - 1), with the amount P, the monthly rate r (a twelfth of the annual one) and n
months: the annuity formula as any textbook of finance has it (e.g. Brealey, Myers and Allen, *Principles of Corporate
Finance*, chapter 2). Without a rate it is P / n. Payments are rounded to cents, half up; the last one settles what
rounding left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Final

_CENT: Final = Decimal("0.01")
_DIGITS: Final = 34
MOST_MONTHS: Final = 600


class NoLoan(ValueError):  # noqa: N818
    """Figures of which no loan can be made: `what` says which: price, down, down_is_price, rate or months."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class Instalment:
    """One month, from 1: what is paid, how much of it is interest and principal, and what is still owed after it."""

    month: int
    payment: Decimal
    interest: Decimal
    principal: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Loan:
    """A price less a down payment, at an annual rate in percent, over some months. Raises NoLoan."""

    price: Decimal
    down: Decimal
    annual_rate: Decimal
    months: int

    def __post_init__(self) -> None:
        if not self.price.is_finite() or self.price <= 0:
            raise NoLoan("price")
        if not self.down.is_finite() or self.down < 0:
            raise NoLoan("down")
        if self.down >= self.price:
            raise NoLoan("down_is_price")
        if not self.annual_rate.is_finite() or not 0 <= self.annual_rate <= 1000:
            raise NoLoan("rate")
        if not 1 <= self.months <= MOST_MONTHS:
            raise NoLoan("months")

    @property
    def amount(self) -> Decimal:
        """What is lent."""
        return self.price - self.down

    @property
    def monthly_rate(self) -> Decimal:
        """A twelfth of the annual rate, as a fraction."""
        with localcontext(Context(prec=_DIGITS)):
            return self.annual_rate / 1200

    @property
    def payment(self) -> Decimal:
        """What a month costs, in cents."""
        with localcontext(Context(prec=_DIGITS)):
            rate = self.monthly_rate
            if rate == 0:
                return cents(self.amount / self.months)
            growth = (1 + rate) ** self.months
            return cents(self.amount * rate * growth / (growth - 1))

    @property
    def interest(self) -> Decimal:
        """What is paid beside the amount, in all."""
        return sum((each.interest for each in self.schedule()), Decimal(0))

    @property
    def total(self) -> Decimal:
        """All that is paid, the down payment too."""
        return self.price + self.interest

    def schedule(self) -> Iterator[Instalment]:
        """Month by month."""
        balance, payment, rate = cents(self.amount), self.payment, self.monthly_rate
        for month in range(1, self.months + 1):
            interest = cents(balance * rate)
            # The last one settles; nothing is owed twice where a cent of rounding would pay too early.
            principal = balance if month == self.months else min(balance, payment - interest)
            balance -= principal
            yield Instalment(month, principal + interest, interest, principal, balance)


def cents(amount: Decimal) -> Decimal:
    """An amount in cents, half up."""
    return amount.quantize(_CENT, ROUND_HALF_UP)
