"""The amortisation table of a plan as a workbook, behind a link that carries the plan."""

import io
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from flask import current_app

from cci_app.agents.finance.annuity import Loan, NoLoan
from cci_app.core.errors import NotFound
from cci_app.core.sealed import Seal
from config.settings import Settings

LINK_SECONDS: Final = 7 * 24 * 3600
_MONEY: Final = "#,##0.00"
# Of the sheet, by the language of the conversation.
_LABELS: Final = {
    "es": (
        *("Plan de pagos", "Precio", "Enganche", "Tasa anual (%)", "Meses"),
        *("Mes", "Pago", "Interés", "Capital", "Saldo"),
    ),
    "fr": (
        *("Plan de paiement", "Prix", "Apport", "Taux annuel (%)", "Mois"),
        *("Mois", "Paiement", "Intérêts", "Capital", "Solde"),
    ),
    "en": (
        *("Payment plan", "Price", "Down payment", "Annual rate (%)", "Months"),
        *("Month", "Payment", "Interest", "Principal", "Balance"),
    ),
}


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """A plan to be shown month by month; `title` is what it is for."""

    loan: Loan
    title: str
    language: str

    @property
    def link(self) -> str:
        """Where the workbook can be fetched for a week; empty where this installation has no public address."""
        settings = _settings()
        if not settings.public_url:
            return ""
        loan = self.loan
        token = _seal(settings).seal_for(
            LINK_SECONDS,
            figures=[str(loan.price), str(loan.down), str(loan.annual_rate), loan.months],
            title=self.title[:200],
            language=self.language,
        )
        return f"{settings.public_url.rstrip('/')}/plans/{token}"

    @property
    def workbook(self) -> bytes:
        """The sheet: the plan, then a row for each month."""
        # 17 MB of every process, for a sheet that is asked for now and then.
        from openpyxl import Workbook
        from openpyxl.styles import Font

        labels = _LABELS.get(self.language, _LABELS["en"])
        book = Workbook()
        sheet: Any = book.active
        sheet.title = labels[0]
        sheet.append([labels[0], self.title])
        # A title comes from a file of the organisation's: it stays text, whatever it begins with.
        sheet["B1"].data_type = "s"
        loan = self.loan
        for label, value in zip(labels[1:5], (loan.price, loan.down, loan.annual_rate, loan.months), strict=True):
            sheet.append([label, value])
        sheet.append([])
        sheet.append(list(labels[5:]))
        for each in loan.schedule():
            sheet.append([each.month, each.payment, each.interest, each.principal, each.balance])
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if isinstance(cell.value, Decimal):
                    cell.number_format = _MONEY
        for cell in (sheet["A1"], *sheet[7]):
            cell.font = Font(bold=True)
        for column, width in zip("ABCDE", (18, 22, 14, 14, 16), strict=True):
            sheet.column_dimensions[column].width = width
        sheet.freeze_panes = "A8"
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()


def plan_of(token: str) -> PlanSheet:
    """The plan that a link carries. Raises NotFound for one that is not ours, or is over."""
    told = _seal(_settings()).open_in_time(token)
    try:
        price, down, rate, months = told["figures"]  # type: ignore[index]  # None is caught below
        loan = Loan(Decimal(price), Decimal(down), Decimal(rate), int(months))
        return PlanSheet(loan, str(told["title"]), str(told["language"]))  # type: ignore[index]  # as above
    except (TypeError, KeyError, ValueError, InvalidOperation, NoLoan) as error:
        raise NotFound("this link is over: ask for the plan again") from error


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _seal(settings: Settings) -> Seal:
    return Seal(settings.secret_key, "plan")
