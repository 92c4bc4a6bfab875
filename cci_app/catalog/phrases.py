"""What people say to ask a table something, whatever it holds: less than, between, by, the cheapest, the second."""

from collections.abc import Iterable, Sequence
from typing import Final

from cci_app.language.quantities import DASH
from cci_app.language.stop_words import ASKING, FUNCTION_WORDS

Phrase = tuple[str, ...]


def _phrases(*written: str) -> tuple[Phrase, ...]:
    """Phrases as sequences of folded words, the longest first."""
    return tuple(sorted((tuple(each.split()) for each in written), key=len, reverse=True))


# Before a figure.
AT_MOST: Final = _phrases(
    "menos de", "menos que", "hasta", "maximo", "maxima", "max", "como maximo", "no mas de", "no mas que", "debajo de",
    "por debajo de", "abajo de", "tope", "menor a", "menor de", "menor que", "menores a", "menores de", "inferior a",
    "no pase de", "no pasen de", "no rebase", "no supere", "no exceda", "sin pasar de", "a lo mucho", "presupuesto",
    "under", "less than", "up to", "at most", "no more than", "not more than", "below", "moins de", "jusqu a",
    "pas plus de", "au plus", "maximum", "en dessous de", "inferieur a", "inferieure a",
)  # fmt: skip
AT_LEAST: Final = _phrases(
    "mas de", "desde", "minimo", "minima", "min", "como minimo", "arriba de", "por arriba de", "mayor a", "mayor de",
    "mayor que", "mayores a", "mayores de", "a partir de", "a partir del", "por encima de", "superior a", "al menos",
    "por lo menos", "no menos de", "posterior a", "posteriores a", "despues de", "despues del", "de menos de menos",
    "over", "more than", "at least", "no less than", "not less than", "above", "plus de", "a partir du", "au moins",
    "pas moins de", "minimum", "au dessus de", "superieur a", "superieure a",
)  # fmt: skip
ABOUT: Final = _phrases(
    "como de", "alrededor de", "aproximadamente", "aprox", "cerca de", "mas o menos", "como", "unos"
)
# Behind a figure.
AND_MORE: Final = _phrases(
    "en adelante", "para arriba", "pa arriba", "hacia arriba", "o mas", "y mas", "o mayor", "o superior", "minimo",
    "como minimo", "o mas nuevo", "o mas nuevos", "o mas reciente", "o mas recientes", "o posterior", "o posteriores",
)  # fmt: skip
AND_LESS: Final = _phrases(
    "o menos", "para abajo", "pa abajo", "hacia abajo", "o menor", "como maximo", "maximo", "max", "o anterior",
    "a lo mucho", "tope",
)  # fmt: skip
REACHES: Final = frozenset({"a", "al", "hasta", "to", "up to", "jusqu a", "jusque", DASH})
BETWEEN: Final = REACHES | {"y", "o", "u", "et", "ou", "and", "or"}
BEFORE_RANGES: Final = frozenset({"entre", "de", "desde", "del", "between", "from"})
ARTICLES: Final = frozenset({"los", "las", "el", "la", "le", "les", "the"})
# Before a word for little or much.
VERY: Final = frozenset({"mas", "menos", "muy", "plus", "moins", "tres", "more", "less", "very", "most", "least"})
FEWER: Final = frozenset({"menos", "moins", "less", "least"})
# Between such a phrase and its figure, or its attribute.
FILLERS: Final = frozenset("$ de del los las el la lo unos unas un una a en mi es sea son con que tenga tengan".split())  # noqa: SIM905
# Before a value or a flag.
WITHOUT: Final = _phrases(
    "sin", "que no sea", "que no sean", "no sea", "no sean", "que no tenga", "excepto", "menos los", "menos las",
    "salvo", "no quiero", "no me gusta", "no me gustan", "nada de", "ni", "que no", "no",
)  # fmt: skip

COUNT: Final = _phrases(
    "cuantos", "cuantas", "que cantidad", "numero de", "how many", "combien de", "conteo", "cuenta cuantos"
)
AVERAGE: Final = _phrases("promedio", "en promedio", "media de", "precio medio", "average", "moyenne", "prom")
SUM: Final = _phrases(
    "suma", "sumados", "suman", "sumando", "cuanto suman", "total de precios", "valor total", "en total"
)
LEAST: Final = _phrases("precio minimo", "minimo precio", "precio mas bajo", "precio mas barato", "kilometraje minimo")
MOST: Final = _phrases("precio maximo", "maximo precio", "precio mas alto", "precio mas caro", "kilometraje maximo")
# Before an attribute: one figure for each of its values.
BY: Final = _phrases("por", "por cada", "de cada", "cada", "segun", "agrupado por", "agrupados por", "by", "par")
LIKE: Final = _phrases(
    "parecido", "parecidos", "parecida", "parecidas", "similar", "similares", "como ese", "como este", "como esa",
    "como esta", "como el primero", "del mismo estilo", "por el estilo", "parecido a", "otras opciones como",
    "otros como", "algo asi", "equivalente", "equivalentes",
)  # fmt: skip
COMPARE: Final = _phrases(
    "compara", "comparar", "comparame", "comparalos", "comparalas", "comparacion", "comparativa", "diferencia",
    "diferencias", "versus", "vs", "cual es mejor", "cual conviene", "cual me conviene", "compares", "frente a",
)  # fmt: skip
MORE: Final = _phrases(
    "mas opciones", "ver mas", "muestrame mas", "ensename mas", "dame mas", "otros", "otras", "que mas", "mas autos",
    "siguientes", "los siguientes", "hay mas", "tienes mas", "mas por favor", "siguiente pagina", "los demas",
    "otras opciones", "otra opcion", "alguno mas", "alguna otra", "algun otro", "mas", "siguiente", "quiero ver mas",
    "mandame mas", "manda mas",
)  # fmt: skip
DESCENDING: Final = _phrases("de mayor a menor", "mayor a menor", "descendente")
ASCENDING: Final = _phrases("de menor a mayor", "menor a mayor", "ascendente")

ORDINALS: Final = {
    **dict.fromkeys(("primero", "primer", "primera", "first"), 1),
    **dict.fromkeys(("segundo", "segunda", "second"), 2),
    **dict.fromkeys(("tercero", "tercer", "tercera", "third"), 3),
    **dict.fromkeys(("cuarto", "cuarta"), 4),
    **dict.fromkeys(("quinto", "quinta"), 5),
    **dict.fromkeys(("ultimo", "ultima"), -1),
}
# Before a digit that is a place in a list.
PLACES: Final = frozenset("el la opcion numero num no auto carro coche los las y".split())  # noqa: SIM905
PLACE_WORDS: Final = frozenset(ORDINALS)
THAT_ONE: Final = frozenset("ese esa este esta aquel aquella mismo misma".split())  # noqa: SIM905
BOTH: Final = frozenset("ambos ambas".split())  # noqa: SIM905

# A question that begins with one goes on from the one before.
GOES_ON: Final = frozenset("y e pero mejor entonces ahora solo solamente esos esas cuales ademas igual".split())  # noqa: SIM905
# These begin anew.
BEGINS: Final = frozenset(
    """
    busco buscando tienes tienen tendras hay manejan venden necesito quiero quisiera muestrame ensename ando comprar
    """.split()  # noqa: SIM905
)

_CHAT: Final = frozenset(
    """
    ando buscando busco buscamos auto usado usados usada tendras tendran venden manejan muestrame mostrar ensename
    comprar compro comprarme ver opcion opciones disponible disponibles stock inventario lista ayudame recomiendas
    recomiendame recomendar mejor mejores buen bueno buena familia familiar trabajo esposa hijo hija ciudad onda
    quiero manda mandame pasame dame cuesten cueste valga valgan cuestan cuesta precio salga anda rango entre menos mas
    maximo minimo tipo tope plis porfa alguno chido bonito buscaba estoy pensando interesan llamo amigo amiga gusta
    gustaria pueden puedes cual cuales tanto cuanto barata favor quedan todos sean sea año anos modelo del version
    pues bueno orale amigos hasta tal parecido igual nomas cosas ejemplo digamos tengan tenga traiga traigan trae
    cuenta tienda agencia sucursal ahorita semana mes personas persona primer primera coche
    """.split()  # noqa: SIM905
)
_ALL: Final = (
    *(AT_MOST, AT_LEAST, ABOUT, AND_MORE, AND_LESS, WITHOUT),
    *(COUNT, AVERAGE, SUM, LEAST, MOST, LIKE, COMPARE, MORE),
)
_OF_PHRASES: Final = frozenset(word for several in _ALL for phrase in several for word in phrase)
# Words that say nothing of what is looked for, and are never taken for a misspelt name.
COMMON: Final = (_CHAT | _OF_PHRASES | PLACE_WORDS | ASKING).union(*FUNCTION_WORDS.values())


def stands_at(words: Sequence[str], place: int, phrases: Iterable[Phrase]) -> int:
    """The length of the longest of some phrases that stands at a place; 0 where none does."""
    return next((len(each) for each in phrases if tuple(words[place : place + len(each)]) == each), 0)


def ends_at(words: Sequence[str], end: int, phrases: Iterable[Phrase]) -> int:
    """The length of the longest of some phrases that ends before `end`; 0 where none does."""
    return next((len(each) for each in phrases if end >= len(each) and tuple(words[end - len(each) : end]) == each), 0)


def holds(words: Sequence[str], phrases: Iterable[Phrase]) -> bool:
    """Whether one of some phrases stands anywhere."""
    return any(stands_at(words, place, phrases) for place in range(len(words)))
