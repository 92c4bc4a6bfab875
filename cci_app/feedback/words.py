"""How people say what they think of an answer, and what they are told, in the languages of the pages.

Nothing is taken for an opinion but a message that is one as a whole: "muy útil, gracias" is, "muy útil, ¿y los
sábados?" is a question.
"""

import re
from collections.abc import Mapping
from typing import Final

from cci_app.language.tokens import tokens

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "rate_help": {
        "es": "¿Qué tal fue la atención? Responda con un número del 1 (mala) al 5 (excelente).",
        "fr": "Comment avez-vous trouvé notre aide ? Répondez par un chiffre de 1 (mauvaise) à 5 (excellente).",
        "en": "How did we do? Answer with a number from 1 (poor) to 5 (excellent).",
    },
    "rate_conversation": {
        "es": "¿Le sirvió esta conversación? Responda con un número del 1 (nada) al 5 (mucho).",
        "fr": "Cette conversation vous a-t-elle été utile ? Répondez par un chiffre de 1 (pas du tout) à 5 (beaucoup).",
        "en": "Did this conversation help you? Answer with a number from 1 (not at all) to 5 (very much).",
    },
    "thanks": {
        "es": "¡Gracias por su respuesta!",
        "fr": "Merci pour votre réponse !",
        "en": "Thank you for telling us!",
    },
    "offer": {
        "es": "¿Le sirvió esta respuesta?",
        "fr": "Cette réponse vous a-t-elle aidé ?",
        "en": "Did this answer help?",
    },
    "up": {"es": "👍 Sí", "fr": "👍 Oui", "en": "👍 Yes"},
    "down": {"es": "👎 No", "fr": "👎 Non", "en": "👎 No"},
    "sorry": {
        "es": "Gracias por decírmelo, y disculpe. Si quiere, escríbame qué le faltó, o pida hablar con una persona.",
        "fr": "Merci de me le dire, et pardon. Si vous voulez, écrivez-moi ce qui manquait, ou demandez à parler à"
        " quelqu'un.",
        "en": "Thank you for telling me, and sorry. If you like, write what was missing, or ask for a human.",
    },
}
# One figure, perhaps of five, with a word or a sign beside it: a sentence with a figure in it is something else.
_STARS = re.compile(
    r"\s{0,3}([1-5])\s{0,3}(?:/\s{0,3}5)?\s{0,3}(?:étoiles?|estrellas?|stars?)?\s{0,3}[.!⭐🌟]{0,5}\s{0,3}", re.I
)
_STAR_SIGNS = re.compile(r"\s{0,3}(?:[⭐🌟]\ufe0f?){1,5}\s{0,3}")
# Skin tones and how a sign is drawn change nothing; more than one of the same say it louder.
_SHADES = dict.fromkeys([0xFE0F, 0x200D, 0x2640, 0x2642, *range(0x1F3FB, 0x1F400)])
_UP_SIGNS: Final = frozenset("👍👏🙌💯")
_DOWN_SIGNS: Final = frozenset("👎😡😠🤬💩")
# Put to an answer, these say what nobody would write as a message of its own.
_LIKED: Final = _UP_SIGNS | frozenset("❤♥🙏😍🥰😊😀🎉👌🔥💪🤩✅")
_DISLIKED: Final = _DOWN_SIGNS | frozenset("😞😢🤦🙄❌")
_MOST_SIGNS: Final = 5
_MOST_WORDS: Final = 9


def _phrases(lines: str) -> frozenset[str]:
    return frozenset(phrase.strip() for phrase in lines.replace("\n", ",").split(",") if phrase.strip())


_POLITE: Final = _phrases(
    """
    gracias, muchas, mil, muchisimas, merci, beaucoup, bien, grand, thanks, thank, you, many, so, much, ok, okay
    senor, senora
    """
)
_PRAISE: Final = _phrases(
    """
    util, muy util, fue util, fue muy util, me sirvio, me sirvio mucho, si me sirvio, me ayudo, me ayudo mucho
    buena respuesta, muy buena respuesta, excelente respuesta, buena informacion, muy buena informacion
    utile, tres utile, c est utile, c est tres utile, c etait utile, c etait tres utile, ca m aide, ca m a aide
    ca m aide beaucoup, bonne reponse, tres bonne reponse, excellente reponse
    useful, very useful, helpful, very helpful, that helped, that helped a lot, good answer, great answer
    """
)
_BLAME: Final = _phrases(
    """
    inutil, no me sirve, no me sirvio, no sirve, no sirvio, no me ayudo, no me ayuda, no me ayudo en nada, no es util
    no fue util, nada util, poco util, mala respuesta, muy mala respuesta, pesima respuesta
    eso no es lo que pregunte, no es lo que pregunte, eso no fue lo que pregunte, no respondio mi pregunta
    no respondiste mi pregunta
    inutile, pas utile, pas tres utile, ce n est pas utile, c est inutile, ca ne m aide pas, ca ne m a pas aide
    mauvaise reponse, tres mauvaise reponse, ce n est pas ce que j ai demande, ce n est pas ma question
    useless, not helpful, not useful, that did not help, that didn t help, bad answer, that is not what i asked
    that s not what i asked
    """
)
_YES: Final = frozenset({"si", "oui", "yes", "1"})
_NO: Final = frozenset({"no", "non", "2"})


def said(name: str, language: str) -> str:
    """The sentence in that language, in English where it has none."""
    return _WORDS[name].get(language) or _WORDS[name]["en"]


def stars_in(text: str) -> int | None:
    """The figure from 1 to 5 that a message is; None where it is anything else."""
    figure = _STARS.fullmatch(text)
    if figure:
        return int(figure[1])
    return sum(text.count(sign) for sign in "⭐🌟") if _STAR_SIGNS.fullmatch(text) else None


def thumb_of_signs(text: str) -> int | None:
    """1 or -1 for a message of nothing but thumbs, or signs that mean them; None for any other."""
    return _one_of(text, _UP_SIGNS, _DOWN_SIGNS)


def thumb_of_reaction(emoji: str) -> int | None:
    """1 or -1 for what was put to an answer; None where it says neither."""
    return _one_of(emoji, _LIKED, _DISLIKED)


def thumb_of_words(text: str) -> int | None:
    """1 or -1 for a message that praises or blames an answer and says nothing else; None for any other."""
    if len(text) > 200 or "?" in text:
        return None
    words = tokens(text)
    if not 1 <= len(words) <= _MOST_WORDS:
        return None
    while words and words[0] in _POLITE:
        words = words[1:]
    while words and words[-1] in _POLITE:
        words = words[:-1]
    phrase = " ".join(words)
    return 1 if phrase in _PRAISE else -1 if phrase in _BLAME else None


def thumb_when_offered(text: str) -> int | None:
    """1 or -1 for an answer to the two buttons: their titles, their numbers, a yes or a no; None for any other."""
    signs = thumb_of_signs(text)
    if signs is not None:
        return signs
    words = tokens(text)
    if len(words) != 1 or len(text) > 12:
        return None
    return 1 if words[0] in _YES else -1 if words[0] in _NO else None


def _one_of(text: str, up: frozenset[str], down: frozenset[str]) -> int | None:
    signs = "".join(text.translate(_SHADES).split())
    if not 1 <= len(signs) <= _MOST_SIGNS:
        return None
    return 1 if set(signs) <= up else -1 if set(signs) <= down else None
