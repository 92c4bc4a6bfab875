"""What kind of answer a question wants: a price, a date, a telephone number; and whether a text holds one.

A sentence on the right subject without the figure asked for is no answer, and reads like a guess.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from cci_app.knowledge.number_words import NUMBER_WORDS
from cci_app.knowledge.prices import PRICE_WORDS, asks_price, tells_price
from cci_app.knowledge.words import folded, tokens

_MONTHS = (
    r"janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|enero|febrero|marzo|abril|mayo"
    r"|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
)
_UNITS = r"(?:heures?|jours?|semaines?|mois|ans?|annees?|minutes?|horas?|dias?|semanas?|mes|meses|anos?|minutos?)\b"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of answer: how a question asks for it, how a text holds it, and its words, which name no subject."""

    asked: Callable[[str], bool]
    held: Callable[[str], bool]
    words: frozenset[str]


def _kind(asked: str, held: str, words: str) -> Kind:
    def finder(pattern: str) -> Callable[[str], bool]:
        search = re.compile(pattern).search
        return lambda text: search(folded(text)) is not None

    return Kind(finder(asked), finder(held), frozenset(words.split()))


_HOURS = _kind(
    r"\bhoraires?\b|\bquelle heure\b|\bheures? (?:d'|de )?(?:ouverture|bureau)|\bquand (?:ouvre|ferme)"
    r"|\bhorarios?\b|\bque horas?\b|\babren\b|\bcierran\b|\bcuando (?:abre|cierra)",
    # "de 9 a 12", but not "de 3 a 10 años".
    r"\b\d{1,2} ?h\b|\b\d{1,2}:\d\d\b|\b\d{1,2} ?[ap]\. ?m\b|\bde \d{1,2} a \d{1,2}\b(?! ?[a-z%])",
    "heure heures hora horas quand cuando",
)
_DURATION = _kind(
    r"\bcombien de (?:temps|jours|mois|semaines)\b|\bquel(?:le)? (?:est )?(?:la |le )?(?:duree|delai)\b|\bdelais?\b"
    r"|\bcuanto (?:tiempo|dura|duran|tarda|tardan|demora|se (?:tarda|demora))\b|\bcuantos (?:dias|meses)\b|\bplazos?\b",
    rf"(?:\d+|{NUMBER_WORDS}|\bune?\b|\buna?\b) {_UNITS}",
    "temps duree dure durent delai delais tiempo dura duran tarda tardan demora plazo plazos prend prendre cuanto",
)
_PRICE = Kind(asks_price, tells_price, PRICE_WORDS)
_PHONE = _kind(
    r"\btel(?:ephone)?s?\b|\bnumero (?:de )?(?:whatsapp|tel)|\btelefonos?\b|\bcelular(?:es)?\b|\bnumero de contacto\b",
    r"\+?\d[\d .-]{6,}\d",
    "numero numeros tel telephone telephones telefono telefonos celular celulares",
)
_DATE = _kind(
    r"\bquand (?:est|a lieu|ont lieu|aura|se |sera|c)|\bc'?est quand\b|\bquelles? (?:est |sont )?(?:la |les )?dates?\b"
    r"|\bquel jour\b|\bdate (?:du|de|des)\b"
    r"|\bcuando (?:es|son|sera|se |hay|empieza)|\bque (?:dia|fecha)\b|\bfechas? (?:del?)\b",
    # An address where dates are announced is an answer too: it is where they can be read, and are right.
    rf"\b\d{{1,2}}(?:er)? (?:de )?(?:{_MONTHS})\b|\b\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}\b|https?://\S+"
    r"|\bpar (?:mois|an|semaine)\b|\bchaque (?:mois|annee|semaine)\b|\b(?:cada|al) (?:mes|ano|semana)\b",
    "quand date dates jour cuando fecha fechas dia",
)
_MAIL = _kind(
    r"^(?=.*\b(?:mail|courriel|correo)\b)"
    r"(?=.*(?:\b(?:quel\w*|votre|adresse|donne\w*|cual|su|tienen|deme)\b|\b(?:mail|courriel|correo) d))",
    r"[\w.+-]+@[\w-]+\.\w+",
    "mail email e courriel correo adresse direccion electronique electronico",
)
_COUNT = _kind(
    r"\bcombien\b|\bnombre d(?:e |')|\bchiffres?\b|\bpourcentage\b|\btaux\b"
    r"|\bcuant[oa]s?\b|\bporcentaje\b|\btasa\b",
    r"(?!)",  # judged by what the number counts
    "combien nombre cuantos cuantas cuanto numero",
)
_PERSON = _kind(
    r"\bqui (?:est|dirige|preside|s'occupe)\b|\bnom d(?:u|e la|e l')"
    r"|(?<!para )(?<!a )(?<!con )\bquien (?:es|dirige|preside|maneja)\b|\bnombre de[l ]",
    r"(?!)",  # judged on the text as written, where a name has its capitals
    "qui nom quien nombre",
)
# In this order: what asks for hours or a duration also says "combien" or "cuánto".
_KINDS = (_HOURS, _DURATION, _PHONE, _MAIL, _PRICE, _DATE, _COUNT, _PERSON)

_NUMBER = re.compile(rf"\d+|{NUMBER_WORDS}")
_NAME = re.compile(r"(?<![.!?:] )(?<!^)\b[A-ZÀ-Þ][a-zß-ÿ]+ [A-ZÀ-Þ][a-zß-ÿ]+\b")


def wanted(question: str) -> Kind | None:
    """The kind of figure that a question asks for, None where it asks for none."""
    return next((kind for kind in _KINDS if kind.asked(question)), None)


def holds(text: str, kind: Kind, subject: frozenset[str]) -> bool:
    """Whether `text` holds a figure of that kind; a number must be followed by one of the words of `subject`."""
    if kind is _PERSON:
        return _NAME.search(text) is not None
    if kind is _COUNT:
        words = tokens(text)
        return any(
            _NUMBER.fullmatch(word) is not None and not subject.isdisjoint(words[place + 1 : place + 4])
            for place, word in enumerate(words)
        )
    return kind.held(text)
