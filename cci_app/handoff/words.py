"""What colleagues are told about people who wait, in the languages of the pages; in English for those of any other."""

from collections.abc import Mapping

_WORDS: Mapping[str, Mapping[str, str]] = {
    "asked": {
        "es": "{who} pide hablar con una persona",
        "fr": "{who} demande à parler à une personne",
        "en": "{who} asks for a human",
    },
    "escalated": {
        "es": "{who} espera respuesta desde hace {minutes} minutos",
        "fr": "{who} attend une réponse depuis {minutes} minutes",
        "en": "{who} has been waiting for {minutes} minutes",
    },
}


def said(name: str, language: str, **values: object) -> str:
    """The sentence in that language, with the values that it names."""
    return (_WORDS[name].get(language) or _WORDS[name]["en"]).format(**values)
