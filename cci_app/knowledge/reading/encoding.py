"""Bytes as text: in UTF-8 where most of it is, whatever a byte or two say, else in what writes the usual letters."""

import codecs
import re

from cci_app.core.utf16 import encoding_of_pairs
from cci_app.knowledge.reading.document import Reason, UnreadableDocument

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The encodings of one byte a letter that Windows, old Macs and DOS wrote in the west. The first is most likely.
_SINGLE = ("cp1252", "iso8859-15", "mac_roman", "cp850")
# Usual letters, and usual signs. But for an apostrophe a sign between two letters is a letter of another encoding, and
# so is a capital behind a small letter.
_USUAL = re.compile(
    "[àâäçèéêëîïôöùûüÿœæñáíóúãõ’]|(?<![a-z])[ÀÂÇÈÉÊËÎÏÔÙÛÜŒÑÁÍÓÚÃÕ]"
    "|(?<![A-Za-z])[¿¡«»°ºª€‘“”…–—·\u00a0]|[¿¡«»°ºª€‘“”…–—·\u00a0](?![A-Za-z])"
)
# What calls itself so is read as browsers do: with Windows' quotes and its euro.
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254"}
_LOOKED_AT = 1024 * 1024


def decoded(data: bytes, declared: str = "") -> str:
    """The text of `data`; `declared` is the encoding that the text itself names, believed where it is not UTF-8.

    Raises UnreadableDocument: NOT_TEXT.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").removeprefix("\ufeff")
    pairs = encoding_of_pairs(data)
    if pairs:
        return data.decode(pairs, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if _is_partly_utf8(data):
        return data.decode("utf-8", "one_byte_letters")
    for encoding in (declared, _best(data)):
        try:
            name = codecs.lookup(encoding).name
            if name == "utf-8":
                continue
            return data.decode(_MEANT.get(name, name), "replace")
        except (LookupError, UnicodeError):
            continue
    raise UnreadableDocument(Reason.NOT_TEXT)


def _is_partly_utf8(data: bytes) -> bool:
    """Whether the letters beyond ASCII that are whole in UTF-8 are more than those that are not, or all usual ones.

    Nobody writes in one byte a letter what would be a usual letter in UTF-8: "Ã©".
    """
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = [character for character in text if character > "\x7f" and character != "\ufffd"]
    return len(whole) >= broken or (bool(whole) and all(map(_USUAL.fullmatch, whole)))


def _best(data: bytes) -> str:
    return max(_SINGLE, key=lambda encoding: len(_USUAL.findall(data[:_LOOKED_AT].decode(encoding, "replace"))))


def _one_byte_letters(error: UnicodeError) -> tuple[str, int]:
    """Broken bytes, each as the letter that Windows would write with it."""
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101 (nothing else is decoded with it)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("one_byte_letters", _one_byte_letters)
