"""Who is writing: a phone in E.164, or the id of the channel."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from cci_app.core.errors import InvalidInput

USER_ID_LENGTH = 160
# Ids seen on the channels: +573001234567, manychat:123, US.13491208655302741918, 111@c.us, 123@lid.
_CHANNEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+=-]{0,159}")
_PHONE_LIKE = re.compile(r"[+ ]?[\d\s().-]{6,24}")


@lru_cache(maxsize=4096)
def to_e164(written: str, region: str) -> str | None:
    """Read a phone number however it is written; return it in E.164, or None where it is none.

    `region` (two letters) is the country of a number written without one. A leading space stands for the plus sign
    that URL decoding took away.
    """
    international = written.startswith((" ", "+", "00"))
    written = written.strip()
    if not _PHONE_LIKE.fullmatch(written):
        return None
    candidates: list[tuple[str, str | None]]
    if international:
        candidates = [("+" + written.removeprefix("+").removeprefix("00"), None)]
    else:
        candidates = [(written, region), ("+" + written, None)]
    for number, country in candidates:
        try:
            parsed = phonenumbers.parse(number, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return None


@lru_cache(maxsize=4096)
def national_number(e164: str) -> str:
    """The digits after the country code of a number in E.164."""
    return str(phonenumbers.parse(e164, None).national_number)


def to_user_id(written: str, region: str) -> str:
    """The `user_id` under which everything about a person is kept.

    Raises InvalidInput for what is neither a phone number nor a channel's id.
    """
    number = to_e164(written, region)
    if number is not None:
        return number
    candidate = written.strip()
    plain_phone = re.sub(r"[\s().-]", "", candidate)
    if re.fullmatch(r"\+?\d{6,15}", plain_phone):
        # Not a number of any plan that phonenumbers knows: kept under its digits, in the one form of a phone.
        return "+" + "".join(str(unicodedata.decimal(digit)) for digit in plain_phone.removeprefix("+"))
    if _CHANNEL_ID.fullmatch(candidate):
        return candidate
    raise InvalidInput(
        "user_id must be a phone number in international form, such as +573001234567, or a channel's id",
        details={"user_id": ["Not a phone number or a channel's id."]},
    )


def mask(user_id: str) -> str:
    """A user id for logs: enough to recognise, not enough to call (`+57300***4567`)."""
    return f"{user_id[:6]}***{user_id[-4:]}" if len(user_id) > 10 else "***"
