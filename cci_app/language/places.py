"""Where something is: how a question asks for it, and the address in a text."""

import re
from typing import Final

from cci_app.language.synonyms import OWN_PLACES
from cci_app.language.tokens import folded

# The accents tell "où" from "ou"; without them its place in the question does.
_WHERE: Final = re.compile(
    r"\boù\b|\bd[oó]nde\b|\bwhere\b|\badresse\b|\bdirecci[oó]n\b|\baddress\b|\bubica\w*|\blocated\b"
    r"|\b[eê]tes (?:situ[eé]s? )?ou\b|^\W*ou (?:[eê]tes|est|sont|se)\b|\best ou\b",
    re.IGNORECASE,
)
_STREETS_WRITTEN = (
    "calle cll cl carrera cra kra avenida avda diagonal transversal circular autopista kilometro km"
    " rue avenue boulevard bd quai chemin route street road"
)
STREETS: Final = frozenset(_STREETS_WRITTEN.split())
# What tells an organisation's own address from that of an event.
OWN_ADDRESS: Final = OWN_PLACES | frozenset(
    """
    adresse direccion address ubicacion location contact contacto contactenos contactez coordonnees
    """.split()  # noqa: SIM905 (reads better than a list)
)
# What a question for a place asks with; none of it names what is looked for.
PLACE_WORDS: Final = frozenset(
    """
    ou donde where lugar lieu parte exactement exactamente exactly located
    trouve trouvent trouver trouvez situe situes situee situees situez rencontrer visiter
    queda quedan quedar encuentro encuentra encuentran encontrar encontrarlos visitar visitarlos
    ubico ubica ubican ubicado ubicados ubicada ubicadas find visit
    """.split()  # noqa: SIM905 (reads better than a list)
)
_STREET = rf"(?:{_STREETS_WRITTEN.replace(' ', '|')})"
_ADDRESS: Final = re.compile(
    rf"\b{_STREET}\b\.? (?:[a-z]+ ){{0,3}}(?:n[o°º]?\.? ?|# ?)?\d"
    rf"|\b\d{{1,4}}(?: (?:bis|ter))?,? (?:{_STREET}|place|cours|allee|impasse|square)\b"
    r"|\b\d{1,5} (?:[a-z]+ ){1,3}(?:street|road|avenue)\b"
)


def asks_where(text: str) -> bool:
    """Whether a question asks for a place or an address."""
    return _WHERE.search(text) is not None


def tells_address(text: str) -> bool:
    """Whether a text holds a postal address: a street and a number."""
    return _ADDRESS.search(folded(text)) is not None
