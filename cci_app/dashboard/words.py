"""The words of the pages: English stands in the templates, Spanish and French beside it in `translations`.

The files are those of gettext; they are read once a process, and nothing has to be compiled before.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from cci_app.dashboard.looking import language

FOLDER = Path(__file__).parent / "translations"
NAMES: Mapping[str, str] = {"es": "Español", "fr": "Français", "en": "English"}


@cache
def catalogue(language: str) -> Catalog | None:
    """The words of a language; None of English, in which they are written."""
    if language == "en":
        return None
    return _read(language, language)


def read_words(file: str) -> dict[str, str]:
    """The words of another file of `translations`, by the English sentence: `told.fr`."""
    return {str(each.id): str(each.string) for each in _read(file, file.rpartition(".")[2]) if each.id}


def _read(file: str, language: str) -> Catalog:
    with (FOLDER / f"{file}.po").open(encoding="utf-8") as opened:
        return read_po(opened, locale=language)


def gettext(text: str) -> str:
    """The words of the present page's language for that English text."""
    words = catalogue(language())
    message = words.get(text) if words else None
    found = message.string if message else None
    return str(found) if found else text


def ngettext(one: str, many: str, count: int) -> str:
    """The same, for so many."""
    words = catalogue(language())
    message = words.get((one, many)) or words.get(one) if words else None
    if words is None or message is None or not isinstance(message.string, list | tuple):
        return one if count == 1 else many
    # In French nothing is one; so it is in neither of the others.
    place = 0 if count == 1 or (language() == "fr" and count == 0) else 1
    return str(message.string[min(place, len(message.string) - 1)] or (one if count == 1 else many))
