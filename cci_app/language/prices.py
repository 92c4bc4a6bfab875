"""Whether a question asks what something costs, and whether a text says it.

"Prix" is a price and an award, "combien" counts whatever follows it, "vale la pena" costs nothing: a word alone does
not make a question one for a price.
"""

import re

from cci_app.language.number_words import NUMBER_WORDS
from cci_app.language.tokens import folded

# Words of asking for a price, which name no subject.
PRICE_WORDS = frozenset(
    """
    prix tarif tarifs cout coute coutent couter couterait couts combien montant frais payant payante payer cher chere
    chers gratuit gratuite gratuits gratuites vaut valent
    precio precios costo costos cuesta cuestan tarifa tarifas cuanto vale valen cobran valor sale paga pagar costaria
    caro gratis
    price cost costs fee fees much
    """.split()  # noqa: SIM905 (reads better than a list)
)

# Whoever says one of these asks for a sum.
_COSTS = re.compile(
    r"\bcout(?:e|ent|er|era|eront|erait|eraient|ait)\b|\bc'?est combien\b|\bc combien\b|^\W*combien\W*$"
    r"|\bc'?est quoi le prix\b"
    r"|\bcombien(?: est-ce que)? (?:ca|cela) (?:fait|va faire|vaut|revient|me|nous)\b"
    r"|\bcombien (?:c'?est|est|sont|vaut|valent)\b"
    r"|\bcombien (?:pour|la|le|les|l'|une?|cette?|ce)\b(?!.*-(?:t-)?(?:il|elle|on)s?\b)(?!.* dure)"
    r"|\bcombien\b(?! d(?:e |')(?!euros?|pesos?|argent|dollars?|frais))[^.?!]{0,120}"
    r"\b(?:pay\w*|paie\w*|verser?|debourser|regler|factur\w*|demandez|euros?|pesos?|argent|dollars?)\b"
    r"|\bcombien (?:se )?(?:loue|vend)\w*|\bquel budget\b|\bbudget (?:a prevoir|necessaire|faut)\b"
    r"|\bquelle? (?:est )?(?:la |votre |le montant de la )?cotisation\b"
    r"|^\W*(?:et )?(?:la |votre )?cotisation(?: annuelle| mensuelle)?\W*$"
    r"|\b(?:c'?est|est-ce|est|sont|trop|tres|moins|plus|si|aussi) (?:trop |tres |plus |pas )?ch(?:er|ere)s?\b"
    r"|(?<!me )(?<!nos )(?<!les )\bcuesta[ns]?\b(?! trabajo)|\bcostari?an?\b|\bcostara\b|\bcuanto costar\b"
    r"|\bcuanto (?:me |nos |les |le |se )?(?:cuesta|vale|valen|es|son|sale|saldria|seria|cobran?|paga|toca pagar|toca$)"
    r"|\bcuanto (?:hay que|debo|debemos|tengo que|tenemos que|toca) pagar\b|\ba cuanto (?:esta|sale|el|la|equivale)\b"
    r"|^\W*cuanto\W*$|\bde cuanto (?:es|son|seria)\b(?!.*\b(?:aforo|capacidad|area|duracion)\b)"
    r"|\bcuant[oa]s? (?:pesos|euros|dolares|plata|dinero)\b|\bque (?:vale|valen)\b(?! la pena)"
    r"|\b(?<!quienes )(?<!quien )cobran\b|\bcual es la cuota\b|\b(?:es|muy|mas|tan|menos) car[oa]s?\b"
    r"|\bhow much(?! (?:time|space|room|notice|luggage|experience|longer|more))\b"
)
# These do, unless it is asked who, when, where or how: "où voir vos tarifs ?", "¿quién fija el precio?"
_PRICED = re.compile(
    r"\bprix\b|\btarifs?\b|\bcouts?\b|\bmontants?\b|\b(?:les|des|vos|quels|de) frais\b|\bfrais d(?:e|')"
    r"|\bpayante?s?\b|\bgratuite?s?\b"
    r"|\bprecios?\b|\bcostos?\b|\btarifas?\b|(?<!me )(?<!nos )\bcuestan?\b"
    r"|\bvalor (?:del?\b(?! la red)|tiene\b)|\bcaro\b|\bgratis\b"
    r"|\bque cuota\b|\bcotizacion\b|\bpresupuesto (?:para|de)\b|\bprices?\b|\bcosts?\b|\bfees?\b"
)
_ASKS_ANOTHER_THING = re.compile(
    r"\A(?:\W*+(?:(?:et|mais|alors|bonjour|y|pero|hola|entonces|and) )*"
    r"(?:(?:a|de|d'|para|con|pour|avec|desde|depuis|c'est) ?)?"
    r"(?:(?:qui|quand|ou|comment|pourquoi|quien(?:es)?|cuando|donde|adonde|como|por que|who|when|where|why"
    r"|how(?! much)"
    r"|(?:quell?e?s?|que|what) (?:jour|heure|date|lieu|salle|dia|horas?|fecha|day|time))\b|qu'est[ -]ce que (?:le|la) )"
    r"|.*\bcombien d(?:e |')|.*\bcuant[oa]s\b|.*\bhow many\b"
    r"|.*\b(?:dates?|fechas?|delais?|plazos?|horaires?|horarios?|adresse|direccion)\b"
    r"|.*\b(?:comprend|comprennent|inclut|incluent|incluyen?|covers?|includes?)\b)"
)
_AWARD = re.compile(
    r"\bremise des? prix\b|\bjurys?\b|\blaureat|\bgagn|\bremport|\bdecern|\bnomine|\bcandidat|\bconcour"
    r"|\btrophee|\bvainqueur"
    r"|\b(?:premiers?|deuxiemes?|seconds?|troisiemes?|quatriemes?|cinquiemes?|grands?|1er|\d+e(?:me)?) prix\b"
)
_CLAUSE = re.compile(r"[,;:.?!¿¡\n]+")

_MONEY = r"(?:€|eur\b|euros?\b|cop\b|pesos?\b|usd\b|dollars?\b|dolares\b|millones\b(?! de ))"
_SUM = re.compile(
    rf"(?:\d|{NUMBER_WORDS}|\bun\b) ?(?:de |d')?{_MONEY}|[$€] ?\d|{_MONEY} ?\d"
    r"|\bgratuit(?:e?s?|ement)\b|\bgratuit(?:[oa]s?|amente)\b|\bgratis\b|\b(?:free|no) (?:of )?charge\b|\bfor free\b"
    r"|\bsin (?:ningun )?(?:costo|cobro)\b|\bsans (?:frais|supplement|rien payer)\b|\bne coute(?:nt)? rien\b"
    r"|\bno (?:se cobran?|cuestan? nada|tienen? (?:ningun )?costo)\b"
)


def asks_price(question: str) -> bool:
    """Whether a question asks what something costs, in French, Spanish or English."""
    asked = folded(question)
    if _COSTS.search(asked):
        return True
    award = _AWARD.search(asked) is not None
    for clause in _CLAUSE.split(asked):
        priced = {match.group() for match in _PRICED.finditer(clause)}
        if award:
            priced.discard("prix")
        if priced and not _ASKS_ANOTHER_THING.match(clause):
            return True
    return False


def tells_price(text: str) -> bool:
    """Whether a text holds a sum of money, in digits or in words, or says that something is free."""
    return _SUM.search(folded(text)) is not None
