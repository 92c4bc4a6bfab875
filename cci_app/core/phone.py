"""Who is writing: a phone in E.164, or the id of the channel. The one reader of phones for all who write them."""

import re
import unicodedata
from urllib.parse import unquote

import phonenumbers

from cci_app.core.cache import remember
from cci_app.core.errors import InvalidInput
from cci_app.core.nothing import is_nobody

USER_ID_LENGTH = 160
# Ids seen on the channels: +573001234567, manychat:123, US.13491208655302741918, 123@lid, 120363021234567890@g.us.
_CHANNEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+=-]{0,159}")
_PHONE_LIKE = re.compile(r"[+ ]?[\d\s().-]{6,24}")
_PLAIN_PHONE = re.compile(r"\+?\d{6,15}")
_LONGEST = 300

# Blank to the eye, and no space to Python.
_BLANKS = dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164\uffa0"), " ")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"), "-")
_DOTS = dict.fromkeys(map(ord, "·•․。"), ".")
_SHAPES = {**_BLANKS, **_DASHES, **_DOTS}
# What is put around a number, or before a text in a cell (`="573..."`), and says nothing of it.
_AROUND = "'\"`´‘’“”«»<>[]{}*~=#,;/ "
# A link, a scheme or a word before a number: `whatsapp:`, `tel:`, `https://wa.me/`, `...send?phone=`, `Tel. `. Before a
# plus sign it may be any: what follows is a number.
_BEFORE = re.compile(
    r"(?:https?://)?(?:www\.)?(?:wa\.me/|(?:api|web)\.whatsapp\.com/send/?\?(?:[\w%=.-]{0,80}&)?phone=)"
    r"|whatsapp://send/?\?(?:[\w%=.-]{0,80}&)?phone="
    r"|(?:whatsapp|wpp|wa|tel|t[eé]l[eé]phone|tel[eé]fono|t[eé]l|phone|sms|smsto|callto|mobile|m[oó]vil|cel|celular|jid)"
    r"\.?(?:[:_/-]+|\s)|(?:[a-z][\w.-]{0,30}:/{0,2}){1,3}(?=\+\d)",
    re.IGNORECASE,
)
# What a gateway puts behind a number, and behind an id of its own: 573001234567:12@s.whatsapp.net, 123:4@lid.
_NUMBER_AT = re.compile(
    r"\+?(\d{5,15})(?:[._:]\d{1,5}){0,2}@(?:c\.us|hosted|(?:s\.)?(?:whatsapp|wa)(?:\.[\w.]+)?)(?:/\w*)?", re.IGNORECASE
)
_HIDDEN_AT = re.compile(r"(\d{5,20})(?:[._:]\d{1,5}){0,2}@(lid|hosted\.lid)", re.IGNORECASE)
_SCOPED = re.compile(r"whatsapp:([A-Z]{2}\.[A-Za-z0-9]{1,128})")
# As a vCard of WhatsApp tells it.
_CARD = re.compile(r"waid=(\d{6,15})", re.IGNORECASE)
_CONTEXT = re.compile(r"[;?&](?:phone-context=\+?(\d{1,4}))?.*", re.DOTALL)
_WHOLE = re.compile(r"(\+?\d{6,15})[.,]0{1,6}")
_SCIENTIFIC = re.compile(r"\+?(\d)(?:[.,](\d{1,17}))?e\+?(\d{1,2})", re.IGNORECASE)
# "(+57) 300", "+(57) 300" and a code in full, as people bracket it.
_BRACKETED_CODE = re.compile(r"^\(?\s*(\+|00)\s*\(?\s*(\d{1,3})\s*\)")
_PLUSES = re.compile(r"(?:\+\s*){2,}|\+\s*00\s*|00\s*\+\s*")

# One person under two spellings; the form kept is the one of the numbering plan that WhatsApp shows.
_TWO_SPELLINGS = (
    (re.compile(r"\+52(?:1|0?4[45])(\d{10})"), r"+52\1"),  # Mexico: the 1 of mobiles was given up in 2019
    (re.compile(r"\+54([1-8]\d{9})"), r"+549\1"),  # Argentina: the 9 of mobiles
    (re.compile(r"\+55([1-9]\d)([6-9]\d{7})"), r"+55\g<1>9\2"),  # Brazil: the ninth digit of mobiles
)


def undressed(written: str) -> tuple[str, bool]:
    """A phone as it was written, without what gateways, links, spreadsheets and address books put around it.

    Returns it with ASCII digits and, as a second value, whether its country must stand in it.
    """
    text = written[:_LONGEST]
    if "%" in text:
        text = unquote(text, errors="replace")
    plus_lost = text.startswith(" ") and text.strip()[:1].isdigit()
    text = _plain(text).strip().strip(_AROUND)
    before = _BEFORE.match(text)
    while before:
        text = text[before.end() :].strip()
        before = _BEFORE.match(text)
    gateway = _NUMBER_AT.fullmatch(text) or _CARD.search(text)
    if gateway:
        return "+" + gateway[1], True
    context = _CONTEXT.search(text)
    if context and text[: context.start()].strip():
        text = text[: context.start()]
        if context[1] and not text.startswith("+"):
            text = f"+{context[1]}{text}"
    text = _BRACKETED_CODE.sub(r"\1\2 ", _PLUSES.sub("+", text.strip()))
    whole = _WHOLE.fullmatch(text)
    if whole:
        text = whole[1]
    return _without_exponent(text), plus_lost or text.startswith(("+", "00"))


def _plain(text: str) -> str:
    """Letters, digits and signs in their plain form; marks of direction, joiners and whatever nobody sees are gone."""
    shaped = unicodedata.normalize("NFKC", text.translate(_SHAPES)).translate(_SHAPES)
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in shaped
        if character in "\n\t" or unicodedata.category(character) not in {"Cf", "Cc", "Mn", "Me", "Co", "Cn"}
    )


def _without_exponent(text: str) -> str:
    """A number of a spreadsheet in full, where its scientific form holds all of its digits."""
    found = _SCIENTIFIC.fullmatch(text)
    if found is None:
        return text
    digits = found[1] + (found[2] or "")
    exponent = int(found[3])
    # As many digits as the number has, or all but zeros at the end that a whole phone may well have.
    return digits.ljust(exponent + 1, "0") if exponent + 1 - 3 <= len(digits) <= exponent + 1 else text


@remember(4096, longest=_LONGEST)
def to_e164(written: str, region: str) -> str | None:
    """Read a phone number however it is written; return it in E.164, or None where it is none.

    `region` (two letters) is the country of a number written without one. A leading space stands for the plus sign
    that URL decoding took away. Of the two spellings that a mobile of Mexico, Argentina or Brazil has, one is returned.
    """
    text, international = undressed(written)
    if not _PHONE_LIKE.fullmatch(text):
        return None
    full = "+" + text.removeprefix("+").removeprefix("00")
    candidates: list[tuple[str, str | None]] = [(full, None)]
    if not international:
        candidates = [(text, region), (full, None)]
    elif "@" in written or not text.startswith(("+", "00")):
        # A flow may have put a gateway's suffix behind a national number, or a space before it.
        candidates.append((text.removeprefix("+"), region))
    return next(filter(None, (_valid(number, country) for number, country in candidates)), None)


def _valid(number: str, region: str | None) -> str | None:
    """The one form of a number that its country's plan knows, None where it does not."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    plain = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    for pattern, kept in _TWO_SPELLINGS:
        # A number that is none of its country's mobiles (of those that are free to call, for one) stays as it is.
        one_form = pattern.sub(kept, plain) if pattern.fullmatch(plain) else plain
        if one_form != plain and phonenumbers.is_valid_number(phonenumbers.parse(one_form, None)):
            return one_form
    return plain if phonenumbers.is_valid_number(parsed) else None


@remember(4096, longest=_LONGEST)
def national_number(e164: str) -> str:
    """The digits after the country code of a number in E.164."""
    return str(phonenumbers.parse(e164, None).national_number)


def to_user_id(written: str, region: str) -> str:
    """The `user_id` under which everything about a person is kept.

    Raises InvalidInput for what is neither a phone number nor a channel's id, and for words that stand for nobody.
    """
    if len(written) > _LONGEST:
        # Before anything looks at it: to bring a megabyte into its plain form would be work for nothing.
        raise _no_id()
    number = to_e164(written, region)
    if number is not None:
        return number
    if is_nobody(written) or _SCIENTIFIC.fullmatch(undressed(written)[0]):
        raise InvalidInput(
            "user_id names nobody: it is empty, a word for nothing (null, undefined, NaN), a placeholder that was never"
            " filled in, or a number that lost its digits (5.73E+11); send the person's WhatsApp number or the"
            " channel's id, as text",
            details={"user_id": ["Names nobody: a word for nothing, or a placeholder that was never filled in."]},
        )
    text, _ = undressed(written)
    plain_phone = re.sub(r"[\s().-]", "", text)
    if _PLAIN_PHONE.fullmatch(plain_phone) and plain_phone.strip("+0"):
        # Not a number of any plan that phonenumbers knows: kept under its digits, in the one form of a phone.
        return "+" + plain_phone.removeprefix("+")
    candidate = _plain(written).strip()
    scoped = _SCOPED.fullmatch(candidate)
    if scoped:
        return scoped[1]
    hidden = _HIDDEN_AT.fullmatch(candidate)
    if hidden:
        return f"{hidden[1]}@{hidden[2].lower()}"
    if _CHANNEL_ID.fullmatch(candidate):
        return candidate
    raise _no_id()


def _no_id() -> InvalidInput:
    return InvalidInput(
        "user_id must be a phone number in international form, such as +573001234567, or a channel's id",
        details={"user_id": ["Not a phone number or a channel's id."]},
    )


def mask(user_id: str) -> str:
    """A user id for logs: enough to recognise, not enough to call (`+57300***4567`)."""
    return f"{user_id[:6]}***{user_id[-4:]}" if len(user_id) > 10 else "***"
