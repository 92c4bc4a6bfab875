"""The sort of thing that a question asks for: a time, a duration, a sum, a number, a name, a place.

It is told broadly, for the order of passages and for what comes nearest; what an answer has to hold is told strictly
elsewhere.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from cci_app.language.hours import tells_hour
from cci_app.language.number_words import NUMBER_WORDS
from cci_app.language.places import asks_where
from cci_app.language.prices import asks_price, tells_price
from cci_app.language.tokens import folded

MONTHS: Final = (
    r"janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|enero|febrero|marzo|abril|mayo"
    r"|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
)
NAME: Final = re.compile(
    r"(?<![.!?:] )(?<!^)\b[A-ZÀ-Þ][a-zß-ÿ]+ [A-ZÀ-Þ][a-zß-ÿ]+\b"
    r"|\b(?:M|Mme|Mlle|Mr|Mrs|Dra?|Sra?|Srta|Lic|Ing)\. [A-ZÀ-Þ][a-zß-ÿ]+"
)
_DAYS = (
    r"lundis?|mardis?|mercredis?|jeudis?|vendredis?|samedis?|dimanches?|lunes|martes|miercoles|jueves|viernes|sabados?"
    r"|domingos?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
)
_ENGLISH_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_UNITS = (
    r"(?:heures?|jours?|semaines?|mois|ans?|annees?|minutes?|horas?|dias?|semanas?|mes|meses|anos?|minutos?"
    r"|hours?|days?|weeks?|months?|years?)\b"
)
_TIME = re.compile(
    rf"\b(?:{MONTHS}|{_ENGLISH_MONTHS}|{_DAYS}|semaine|semana|week|mois|mes|month)\b|\d{{1,2}}[/.-]\d{{1,2}}"
)


@dataclass(frozen=True, slots=True)
class _Sort:
    """How it is asked for, and how a text holds it; `told_otherwise`: also by words that have no form of their own."""

    asked: Callable[[str], bool]
    held: Callable[[str], bool]
    told_otherwise: bool = False


def _finder(pattern: str) -> Callable[[str], bool]:
    search = re.compile(pattern).search
    return lambda text: search(folded(text)) is not None


_pays = _finder(r"\bpay|\bpag[ao]|\bcobra|\bgratuit|\bgratis|\bfree\b")
_paid = _finder(r"\b(?:pay|pag|gratuit|gratis|libre|free|factur|cobr|cost|cout|cuest)")
_lasts = _finder(rf"(?:\d|\b(?:{NUMBER_WORDS}|une?|una?)) {_UNITS}")

_SORTS = (
    _Sort(
        _finder(
            r"\b(?:quand|cuando|when|heures?|horas?|dates?|fechas?)\b|\bquels? jours?\b|\bque dias?\b"
            r"|\bwhat (?:time|day)\b"
        ),
        lambda text: _TIME.search(folded(text)) is not None or tells_hour(text),
    ),
    _Sort(
        _finder(
            r"\b(?:longtemps|long|dur(?:e|ent|a|an|ee|acion)|delais?|plazos?|anticipacion)\b|\bau bout de\b"
            r"|\bcombien de (?:temps|jours|mois)\b|\bcuanto (?:tiempo|tarda)|\bhasta cuando\b"
        ),
        _lasts,
    ),
    # "Quand me rembourse-t-on ? – Dans les dix jours."
    _Sort(_finder(r"\b(?:quand|cuando|when)\b"), _lasts),
    # "Vous gérez la paye ?"
    _Sort(
        lambda text: asks_price(text) or _pays(text),
        lambda text: tells_price(text) or _paid(text),
        told_otherwise=True,
    ),
    _Sort(
        _finder(r"\bcombien\b|\bcuant[oa]s?\b|\bhow many\b|\bnombre d"),
        _finder(rf"\d|\b(?:{NUMBER_WORDS})\b"),
    ),
    _Sort(_finder(r"\b(?:qui|quien(?:es)?|who)\b"), lambda text: NAME.search(text) is not None, told_otherwise=True),
    _Sort(
        asks_where,
        _finder(
            r"\b(?:rue|calle|carrera|avenue|street|etage|piso|floor|sotano|sous-sol|niveau|salle|sala|room|quartier|barrio"
            r"|bureau|oficina|entree|entrada)\b"
        ),
        told_otherwise=True,
    ),
)


class SortAsked:
    """The sorts of things that one question asks for: several, as "combien" is a sum and a number, or none."""

    def __init__(self, question: str) -> None:
        self._sorts: Sequence[_Sort] = [sort for sort in _SORTS if sort.asked(question)]

    def held(self, text: str) -> bool:
        """Whether a text holds any of them."""
        return any(sort.held(text) for sort in self._sorts)

    def missed(self, text: str) -> bool:
        """Whether all that are asked for have a form, and a text holds none: "qui peut venir ?" wants no name."""
        formed = bool(self._sorts) and not any(sort.told_otherwise for sort in self._sorts)
        return formed and not self.held(text)
