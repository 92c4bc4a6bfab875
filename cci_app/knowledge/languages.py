"""The languages of documents, and which one a document is in."""

from pathlib import PurePosixPath

from cci_app.knowledge.reading.document import Document
from cci_app.language.stop_words import FUNCTION_WORDS
from cci_app.language.tokens import tokens

# PostgreSQL's text search configuration of each language.
LANGUAGES = {"fr": "french", "es": "spanish", "en": "english"}

_ENOUGH_TO_TELL = 4000


def configuration(language: str) -> str:
    """PostgreSQL's configuration for text in `language`; plain words for a language it is not told of."""
    return LANGUAGES.get(language, "simple")


def written_in(text: str, otherwise: str) -> str:
    """The language whose articles, prepositions and the like `text` has most of; `otherwise` where none leads."""
    words = tokens(text)
    counts = {language: sum(word in FUNCTION_WORDS[language] for word in words) for language in LANGUAGES}
    most = max(counts.values())
    leading = [language for language, count in counts.items() if count == most]
    return leading[0] if len(leading) == 1 else otherwise


def document_language(source: str, document: Document) -> str:
    """The language of a document: its nearest folder's name where that is a language, else what its words say.

    Over a whole document, counting articles and prepositions is as sure as a model and needs none.
    """
    for folder in reversed(PurePosixPath(source).parts[:-1]):
        if folder.lower() in LANGUAGES:
            return folder.lower()
    text = " ".join(section.text for section in document.sections)[:_ENOUGH_TO_TELL]
    return written_in(f"{document.title} {text}", next(iter(LANGUAGES)))
