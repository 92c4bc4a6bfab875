"""Plans are those of the formula, to the cent, and figures of which none can be made are told in words."""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import load_workbook

from cci_app.agents.finance.annuity import Loan, NoLoan
from cci_app.agents.finance.content import FinanceContent
from cci_app.agents.finance.reading import PlanReader
from cci_app.agents.finance.sheet import PlanSheet
from config.settings import ROOT


def loan(price: str, down: str = "0", rate: str = "10", months: int = 60) -> Loan:
    return Loan(Decimal(price), Decimal(down), Decimal(rate), months)


@pytest.mark.parametrize(
    ("price", "down", "months", "payment"),
    [
        ("461999", "100000", 36, "11680.69"),
        ("461999", "100000", 48, "9181.23"),
        ("461999", "100000", 60, "7691.41"),
        ("461999", "100000", 72, "6706.33"),
        ("313999", "0", 60, "6671.55"),
    ],
)
def test_payments_are_those_of_the_formula(price: str, down: str, months: int, payment: str) -> None:
    assert loan(price, down, months=months).payment == Decimal(payment)


@pytest.mark.parametrize(("rate", "months"), [("10", 36), ("0", 60), ("0.01", 72), ("199.9", 48), ("12.5", 1)])
def test_a_schedule_settles_what_was_lent(rate: str, months: int) -> None:
    of = loan("461999", "100000.55", rate, months)
    rows = list(of.schedule())
    assert len(rows) == months
    assert rows[-1].balance == 0
    assert sum(each.principal for each in rows) == of.amount
    assert sum(each.payment for each in rows) == of.amount + of.interest
    assert all(each.payment == each.interest + each.principal and each.balance >= 0 for each in rows)
    # What rounding left is settled in the last month: half a cent of each month before it, with its interest.
    assert {each.payment for each in rows[:-1]} <= {of.payment}
    growth = (1 + of.monthly_rate) ** months
    assert abs(rows[-1].payment - of.payment) <= Decimal("0.01") * months * growth
    assert of.total == of.price + of.interest


def test_without_a_rate_there_is_no_interest() -> None:
    assert (loan("360000", rate="0", months=36).payment, loan("360000", rate="0").interest) == (
        Decimal(10000),
        Decimal(0),
    )


@pytest.mark.parametrize(
    ("figures", "what"),
    [
        (("0", "0", "10", 60), "price"),
        (("-1", "0", "10", 60), "price"),
        (("NaN", "0", "10", 60), "price"),
        (("100", "-1", "10", 60), "down"),
        (("100", "100", "10", 60), "down_is_price"),
        (("100", "101", "10", 60), "down_is_price"),
        (("100", "0", "-1", 60), "rate"),
        (("100", "0", "Infinity", 60), "rate"),
        (("100", "0", "10", 0), "months"),
    ],
)
def test_what_cannot_be_lent_says_which_figure(figures: tuple[str, str, str, int], what: str) -> None:
    with pytest.raises(NoLoan) as problem:
        loan(*figures)
    assert problem.value.what == what


@pytest.fixture(scope="module")
def reader() -> PlanReader:
    written = yaml.safe_load(Path(ROOT / "config/assistants/autos.yaml").read_text(encoding="utf-8"))
    return PlanReader(FinanceContent.model_validate(written["agents"]["finanzas"]).words)


READ: dict[str, dict[str, Any]] = {
    "a 60 meses con 20% de enganche": {"months": 60, "percent": 20},
    "¿y a 48?": {"months": 48},
    "quiero pagarlo a 4 años": {"months": 48},
    "a seis años": {"months": 72},
    "con 50 mil de enganche": {"down": 50_000},
    "enganche de $75,500": {"down": 75_500},
    "doy 100 mil de enganche y a 36 meses": {"down": 100_000, "months": 36},
    "tasa del 12.5% anual": {"rate": "12.5"},
    "con una tasa de 9 a 72 meses": {"rate": 9, "months": 72},
    "un crédito de 300 mil pesos a 48 meses": {"price": 300_000, "months": 48},
    "auto de $461,999 con enganche de 100,000": {"price": 461_999, "down": 100_000},
    "cuánto pagaría al mes si doy 50 mil": {"down": 50_000},
    "y si pongo 100 mil": {"down": 100_000},
    "sin enganche": {"down": 0},
    "con el veinte por ciento de enganche": {"percent": 20},
    "enganche del 30%, tasa 11%, 60 meses": {"percent": 30, "rate": 11, "months": 60},
    "un enganche de menos 5000": {"down": -5000},
    "el mazda 3 2019 a 60 meses": {"months": 60},
    "mándame la tabla de amortización": {"schedule": True},
    "¿cuánto sería al mes?": {},
}


@pytest.mark.parametrize("message", READ)
def test_figures_are_read_for_what_they_are(message: str, reader: PlanReader) -> None:
    wish = reader.read(message)
    expected = READ[message]
    for name in ("price", "down", "percent", "rate"):
        told = expected.get(name)
        assert getattr(wish, name) == (None if told is None else Decimal(str(told))), name
    assert wish.months == expected.get("months")
    assert wish.schedule is expected.get("schedule", False)


def test_the_sheet_has_a_row_for_each_month_and_no_formula() -> None:
    plan = PlanSheet(loan("461999", "100000", months=36), '=HYPERLINK("https://example.org")', "es")
    sheet = load_workbook(io.BytesIO(plan.workbook)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:2] == ("Plan de pagos", '=HYPERLINK("https://example.org")')
    assert sheet["B1"].data_type == "s"
    assert rows[6] == ("Mes", "Pago", "Interés", "Capital", "Saldo")
    assert len(rows) == 7 + 36
    assert rows[7][:2] == (1, 11680.69)
    assert rows[-1][4] == 0
