"""The first sheet of a workbook: what it is about in figures, and beside them its days with their chart."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from rustpy_xlsxwriter import FastExcel, Format

from cci_app.conversation.models import RunStatus
from cci_app.exports.columns import STATUSES, heading
from cci_app.exports.record import Day, Record
from cci_app.exports.selection import Selection

# So many days in a row without a conversation are told, each with its 0; more of them are left out.
LONGEST_GAP_DAYS = 92

_SUMMARY = ("Summary", "Resumen", "Résumé")
_PERIOD = ("Period", "Periodo", "Période")
_TIMEZONE = ("Time zone", "Zona horaria", "Fuseau horaire")
_FILTERS = ("Filters", "Filtros", "Filtres")
_NONE = ("none", "ninguno", "aucun")
_DAY = ("Day", "Día", "Jour")
_CONVERSATIONS = ("Conversations", "Conversaciones", "Conversations")
_COMPLETED = ("Completed", "Terminadas", "Terminées")
_CHART = ("Conversations by day", "Conversaciones por día", "Conversations par jour")
_SHARE = "share_within_8s"
_FIGURES: dict[str, tuple[str, str, str]] = {
    "conversations": _CONVERSATIONS,
    "completed": _COMPLETED,
    "in_progress": ("In progress", "En curso", "En cours"),
    "abandoned": ("Abandoned", "Abandonadas", "Abandonnées"),
    "people": ("People", "Personas", "Personnes"),
    "messages": ("Messages", "Mensajes", "Messages"),
    "mean_response_ms": ("Mean response (ms)", "Respuesta media (ms)", "Réponse moyenne (ms)"),
    "p95_response_ms": ("95 % within (ms)", "95 % en menos de (ms)", "95 % en moins de (ms)"),
    "longest_response_ms": ("Longest response (ms)", "Respuesta más larga (ms)", "Réponse la plus longue (ms)"),
    _SHARE: ("Share within 8 s (%)", "Proporción en 8 s (%)", "Part en moins de 8 s (%)"),
    "late_answers": ("Late answers", "Respuestas tardías", "Réponses tardives"),
}


def add_summary(book: FastExcel, record: Record) -> None:
    """Add the sheet."""
    language = record.layout.language
    days = record.days()
    day, began, completed = (heading(texts, language) for texts in (_DAY, _CONVERSATIONS, _COMPLETED))
    names = (heading(_PERIOD, language), _period(days, record.selection), " ", day, began, completed)
    told = ((one.day, one.conversations, one.completed) for one in every_day(days, record.selection))
    rows = zip_longest(_figures(record), told)
    book.sheet(
        heading(_SUMMARY, language),
        [
            dict(zip(names, (*(figure or (None,) * 2), None, *(one or (None,) * 3)), strict=True))
            for figure, one in rows
        ],
        column_widths=[26.0, 40.0, 4.0, 14.0, 16.0, 16.0],
        column_formats={day: Format().set_num_format("yyyy-mm-dd")},
        header_format=Format().set_bold(),
        charts=[
            {
                "type": "column",
                "series": [began, completed],
                "categories": day,
                "title": heading(_CHART, language),
                "row": 1,
                "col": 7,
            }
        ],
    )


def _figures(record: Record) -> list[tuple[str, Any]]:
    language = record.layout.language
    figures = asdict(record.figures())
    if figures[_SHARE] is not None:
        # A cell's own format would be its row's, or its column's.
        figures[_SHARE] = round(100 * figures[_SHARE], 1)
    return [
        (heading(_TIMEZONE, language), record.timezone),
        (heading(_FILTERS, language), _filters(record) or heading(_NONE, language)),
        *((heading(texts, language), figures[name]) for name, texts in _FIGURES.items()),
    ]


def _period(days: list[Day], chosen: Selection) -> str:
    """The days asked for; where none were, the first and the last that are there."""
    first = chosen.start_date or (days[0].day if days else None)
    last = chosen.end_date or (days[-1].day if days else None)
    return f"{first or '…'} – {last or '…'}"


def _filters(record: Record) -> str:
    """The filters beside the days, each under the heading of its column."""
    chosen = record.selection.as_json()
    if record.selection.status:
        chosen["status"] = heading(STATUSES[RunStatus(record.selection.status)], record.layout.language)
    return "; ".join(
        f"{column.heading}: {chosen[column.name]}" for column in record.layout.columns if column.name in chosen
    )


def every_day(days: Iterable[Day], chosen: Selection) -> Iterator[Day]:
    """The days, and those between them and up to the first and the last asked for on which no conversation began."""
    upcoming = chosen.start_date
    for day in days:
        yield from _silence(upcoming or day.day, (day.day - (upcoming or day.day)).days)
        yield day
        upcoming = day.day + timedelta(days=1)
    if upcoming and chosen.end_date:
        yield from _silence(upcoming, (chosen.end_date - upcoming).days + 1)


def _silence(start: date, days: int) -> Iterator[Day]:
    if days <= LONGEST_GAP_DAYS:
        yield from (Day(start + timedelta(days=number), 0, 0) for number in range(days))
