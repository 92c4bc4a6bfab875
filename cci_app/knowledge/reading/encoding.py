"""Bytes as text: in UTF-8 where most of it is, whatever a byte or two say, else in what writes the usual letters."""

import codecs

from cci_app.knowledge.reading.document import Reason, UnreadableDocument

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The encodings of one byte a letter that Windows, old Macs and DOS wrote in the west. The first is most likely.
_SINGLE = ("cp1252", "mac_roman", "cp850")
_USUAL = frozenset("àâäçèéêëîïôöùûüÿœæñáíóúãõÀÂÇÈÉÊËÎÏÔÙÛÜŒÑÁÍÓÚÃÕ¿¡«»°ºª€’‘“”…–—·\u00a0")


def decoded(data: bytes, declared: str = "") -> str:
    """The text of `data`; `declared` is the encoding that the text itself names, believed where it is not UTF-8.

    Raises UnreadableDocument: NOT_TEXT.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").removeprefix("\ufeff")
    if b"\x00" in data:
        return _of_pairs(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if _is_mostly_utf8(data):
        return data.decode("utf-8", "one_byte_letters")
    for encoding in (declared, _best(data)):
        try:
            return data.decode(encoding, "replace")
        except (LookupError, UnicodeError):
            continue
    raise UnreadableDocument(Reason.NOT_TEXT)


def _of_pairs(data: bytes) -> str:
    """UTF-16 without its mark: every other byte of western text is zero."""
    for first, encoding in ((0, "utf-16-be"), (1, "utf-16-le")):
        zeros = data[first::2].count(0)
        if zeros * 10 >= len(data[first::2]) * 6 and not data[1 - first :: 2].count(0):
            return data.decode(encoding, "replace")
    raise UnreadableDocument(Reason.NOT_TEXT)


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether more of the letters beyond ASCII are whole in UTF-8 than are not."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(character > "\x7f" for character in text) - broken >= broken


def _best(data: bytes) -> str:
    letters = bytes(byte for byte in data if byte > 0x7F)
    return max(_SINGLE, key=lambda encoding: sum(each in _USUAL for each in letters.decode(encoding, "replace")))


def _one_byte_letters(error: UnicodeError) -> tuple[str, int]:
    """Broken bytes, each as the letter that Windows would write with it."""
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101 (nothing else is decoded with it)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("one_byte_letters", _one_byte_letters)
