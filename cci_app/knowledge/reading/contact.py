"""How, where and when somebody is reached: what the address of a link says of it, and whether a line tells it."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

from cci_app.language.hours import tells_opening
from cci_app.language.places import tells_address

_PERSON = re.compile(r"(?:mailto|tel|sms|callto):/*", re.IGNORECASE)
_CHAT = re.compile(r"https?://(?:wa\.me/|api\.whatsapp\.com/)", re.IGNORECASE)
_MAP = re.compile(
    r"https?://(?:(?:www\.)?google\.[a-z.]{2,6}/maps|maps\.google\.[a-z.]{2,6}|maps\.apple\.com|(?:www\.)?waze\.com/ul)"
    r"(?=[/?])",
    re.IGNORECASE,
)
_PLACE_ON_MAP = re.compile(r"/(?:place|search)/([^/@?]+)")
# What maps call the place that is looked for.
_SOUGHT = ("q", "query", "daddr", "destination", "address")

_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.\w")
_DIGITS = re.compile(r"\+?\d(?:[ .()\-\u00a0]{0,3}\d){8,14}(?!\d)")
_CALLED = re.compile(
    r"\b(?:t[ée]l(?:[ée]fono|[ée]phone|efax)?|phone|pbx|cel(?:ular)?|m[óo]vil|fax|whatsapp)\b[.:\s]{0,4}\+?"
    r"[\d(](?:[ .()\-]{0,3}\d){4}",
    re.IGNORECASE,
)
# The last digits of a number are the same whether its country stands before them or not.
_OWN_DIGITS = 7


def reached(address: str) -> str:
    """Whom or what place the address of a link leads to, as people write it; nothing for any other address."""
    if person := _PERSON.match(address):
        return unquote(address[person.end() :]).partition("?")[0].strip()
    if _CHAT.match(address):
        return unquote(address)
    return _on_map(address) if _MAP.match(address) else ""


def is_said(shown: str, text: str) -> bool:
    """Whether a text has what `reached` gave, a telephone number also with other signs between its digits."""
    digits = re.sub(r"\D", "", shown)
    if len(digits) >= _OWN_DIGITS and re.fullmatch(r"[\d+ ().-]+", shown):
        return digits[-_OWN_DIGITS:] in re.sub(r"\D", "", text)
    return shown.casefold() in text.casefold()


def tells_how_to_reach(line: str) -> bool:
    """Whether a line has a telephone, an e-mail, an address of a street or the hours of opening."""
    found = _MAIL.search(line) or _DIGITS.search(line) or _CALLED.search(line)
    return found is not None or tells_address(line) or tells_opening(line)


def _on_map(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    asked = parse_qs(parts.query)
    places = [each for key in _SOUGHT for each in asked.get(key, ())]
    places += [unquote(each.replace("+", " ")) for each in _PLACE_ON_MAP.findall(parts.path)]
    # Degrees on the globe, or a key of the map's own, say nothing to people.
    return next((" ".join(each.split()) for each in places if " " in each.strip() and any(map(str.isalpha, each))), "")
