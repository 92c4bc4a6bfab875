"""What kind of answer a question wants: a price, a date, a telephone number; and whether a text holds one.

A sentence on the right subject without the figure asked for is no answer, and reads like a guess.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from cci_app.knowledge.search.sought import MONTHS, NAME
from cci_app.knowledge.search.words import terms
from cci_app.language.hours import tells_closing, tells_hour, tells_opening
from cci_app.language.number_words import NUMBER_WORDS
from cci_app.language.places import OWN_ADDRESS, PLACE_WORDS, asks_where, tells_address
from cci_app.language.prices import PRICE_WORDS, asks_price, tells_price
from cci_app.language.tokens import folded, tokens

_UNITS = r"(?:heures?|jours?|semaines?|mois|ans?|annees?|minutes?|horas?|dias?|semanas?|mes|meses|anos?|minutos?)\b"


@dataclass(frozen=True, slots=True)
class FigureKind:
    """A kind of answer: how a question asks for it, how a text holds it, and its words, which name no subject.

    `named` are words by which a question may call it: they find a passage, but one need not have them. `counts`: the
    sentence that holds one says what it is of, as of a number of things, and not of a price.
    """

    asked: Callable[[str], bool]
    held: Callable[[str], bool]
    words: frozenset[str]
    named: frozenset[str] = frozenset()
    counts: bool = False


def _finder(pattern: str) -> Callable[[str], bool]:
    search = re.compile(pattern).search
    return lambda text: search(folded(text)) is not None


def _kind(asked: str, held: str, words: str, *, counts: bool = False) -> FigureKind:
    return FigureKind(_finder(asked), _finder(held), frozenset(words.split()), counts=counts)


# A question for opening hours names them in many ways, of which a document has another one, or none.
_OPENING_WORDS = frozenset(
    """
    horaire horaires ouverture ouvertures ouvre ouvres ouvrez ouvrent ouvrir ouvrons ouvert ouverte ouverts ouvertes
    ferme fermes fermez ferment fermer fermeture fermee fermees accueil
    horario horarios apertura abre abren abrir abrimos abierto abierta abiertos abiertas
    cierra cierran cerrar cierre cerrado cerrada cerrados cerradas atencion atiende atienden atender
    hours opening open opens closing close closes closed
    """.split()  # noqa: SIM905 (reads better than a list)
)
_HOUR_WORDS = frozenset("heure heures hora horas quand cuando time".split())  # noqa: SIM905
_CLOSING = FigureKind(
    _finder(
        r"\b(?:quelle heure|quand)\b[^.?!]*\bferm|\bferm\w+ (?:a quelle heure|quand)\b|\bheures? de fermeture\b"
        r"|\b(?:que hora|cuando)\b[^.?!]*\b(?:cierr|cerrar)|\bhoras? de cierre\b|\b(?:what time|when)\b[^.?!]*\bclos"
    ),
    tells_closing,
    _HOUR_WORDS,
    _OPENING_WORDS,
)
_OPENING = FigureKind(
    _finder(
        r"\bhoraires?\b|\bquelle heure\b[^.?!]*\bouvr|\bouvr\w+ (?:a quelle heure|quand)\b"
        r"|\bheures? (?:d'|de )?(?:ouverture|bureau)|\bquand (?:est-ce que )?(?:\w+ ){0,2}(?:ouvre|est[- ]ce ouvert)"
        r"|\bhorarios?\b|\bque horas?\b[^.?!]*\b(?:abr|atien)|\babren\b|\bcuando (?:\w+ ){0,2}abre"
        r"|\bhoras? de apertura\b"
        r"|\bopening (?:hours|times)\b|\boffice hours\b|\b(?:what time|when)\b[^.?!]*\bopen"
    ),
    tells_opening,
    _HOUR_WORDS,
    _OPENING_WORDS,
)
_HOUR = FigureKind(_finder(r"\bquelle heure\b|\bque horas?\b|\bwhat time\b"), tells_hour, _HOUR_WORDS)
_DURATION = _kind(
    r"\bcombien de (?:temps|jours|mois|semaines)\b|\bcombien durent?\b"
    r"|\bquel(?:le)? (?:est )?(?:la |le )?(?:duree|delai)\b|\bdelais?\b"
    r"|\bcuanto (?:tiempo|dura|duran|tarda|tardan|demora|se (?:tarda|demora))\b|\bcuantos (?:dias|meses)\b|\bplazos?\b",
    rf"(?:\d+|{NUMBER_WORDS}|\bune?\b|\buna?\b) {_UNITS}",
    "temps duree dure durent delai delais tiempo dura duran tarda tardan demora plazo plazos prend prendre cuanto",
    counts=True,
)
PRICE = FigureKind(asks_price, tells_price, PRICE_WORDS)
_PHONE = _kind(
    r"\btel(?:ephone)?s?\b|\bnumero (?:de )?(?:whatsapp|tel)|\btelefonos?\b|\bcelular(?:es)?\b|\bnumero de contacto\b",
    r"\+?\d[\d .-]{6,}\d",
    "numero numeros tel telephone telephones telefono telefonos celular celulares",
)
_DATE = _kind(
    r"\bquand (?:est|a lieu|ont lieu|aura|se |sera|c)|\bc'?est quand\b|\bquelles? (?:est |sont )?(?:la |les )?dates?\b"
    r"|\bquel jour\b|\bdates? (?:du|de|des|limites?)\b"
    r"|\bcuando (?:es|son|sera|se |hay|empieza)|\bque (?:dia|fecha)\b|\bfechas? (?:del?|limites?)\b",
    # An address where dates are announced is an answer too: it is where they can be read, and are right.
    rf"\b\d{{1,2}}(?:er)? (?:de )?(?:{MONTHS})\b|\b\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}\b|https?://\S+"
    r"|\bpar (?:mois|an|semaine)\b|\bchaque (?:mois|annee|semaine)\b|\b(?:cada|al) (?:mes|ano|semana)\b",
    "quand date dates jour limite cuando fecha fechas dia",
)
# Where the organisation is, and no place of something else: see `DocumentAnswerer`.
PLACE = FigureKind(asks_where, tells_address, PLACE_WORDS, OWN_ADDRESS)
_MAIL = _kind(
    r"^(?=.*\b(?:mail|courriel|correo)\b)"
    r"(?=.*(?:\b(?:quel\w*|votre|adresse|donne\w*|cual|su|tienen|deme)\b|\b(?:mail|courriel|correo) d))",
    r"[\w.+-]+@[\w-]+\.\w+",
    "mail email e courriel correo adresse direccion electronique electronico",
)
_COUNT_WORDS = frozenset({"combien", "nombre", "cuantos", "cuantas", "cuanto", "numero"})
_AMOUNT = FigureKind(
    _finder(r"\bcombien\b(?! d(?:e |')| y a| etes| sommes| sont|.* d(?:e |'))|\bcuanto\b"), tells_price, _COUNT_WORDS
)
_COUNT = _kind(
    r"\bcombien\b|\bnombre d(?:e |')|\bchiffres?\b|\bpourcentage\b|\btaux\b"
    r"|\bcuant[oa]s?\b|\bporcentaje\b|\btasa\b",
    r"(?!)",  # judged by what the number counts
    " ".join(_COUNT_WORDS),
    counts=True,
)
_PERSON = _kind(
    r"\bqui (?:est|etait|sera|dirige|preside|anime|coordonne|s'occupe|a(?! droit| le droit| acces| besoin))\b"
    r"|\bnom d(?:u|e la|e l')"
    r"|(?<!para )(?<!a )(?<!con )\bquien (?:es|fue|sera|dirige|preside|lidera|coordina|maneja|gano|fundo)\b"
    r"|\bnombre de[l ]",
    r"(?!)",  # judged on the text as written, where a name has its capitals
    "qui nom quien nombre",
    counts=True,
)
# In this order: what asks for hours or a duration also says "combien" or "cuánto".
_KINDS = (_CLOSING, _OPENING, _HOUR, _DURATION, _PHONE, _MAIL, PRICE, _DATE, _AMOUNT, _COUNT, _PERSON)

_NUMBER = re.compile(rf"\d+|{NUMBER_WORDS}")


def wanted(question: str) -> FigureKind | None:
    """The kind of figure that a question asks for, None where it asks for none."""
    return next((kind for kind in _KINDS if kind.asked(question)), None)


def is_named_alone(text: str) -> bool:
    """Whether a text names a figure or a place and nothing that it would be of: "votre adresse svp", "tarifas"."""
    kind = wanted(text) or (PLACE if PLACE.asked(text) else None)
    return kind is not None and all(term.word in kind.named for term in terms(text, kind.words))


def holds(text: str, kind: FigureKind, subject: frozenset[str]) -> bool:
    """Whether `text` holds a figure of that kind; a number must be followed by one of the words of `subject`."""
    if kind is _PERSON:
        return NAME.search(text) is not None
    if kind is _COUNT:
        words = tokens(text)
        return any(
            _NUMBER.fullmatch(word) is not None and not subject.isdisjoint(words[place + 1 : place + 4])
            for place, word in enumerate(words)
        )
    return kind.held(text)


def may_hold(text: str, kind: FigureKind) -> bool:
    """As `holds`, whatever a number counts."""
    if kind is _COUNT:
        return any(_NUMBER.fullmatch(word) for word in tokens(text))
    return holds(text, kind, frozenset())
