"""What the code itself says around a model's words, in the languages that most assistants speak."""

from collections.abc import Mapping
from typing import Final

from cci_app.agents.loop.content import LoopContent

PHRASES: Final[Mapping[str, Mapping[str, str]]] = {
    "unknown": {
        "fr": "Je n'ai pas trouvé de réponse à cela. Pouvez-vous me le demander autrement ?",
        "es": "No encontré respuesta a eso. ¿Me lo puede preguntar de otra manera?",
        "en": "I found no answer to that. Could you put it another way?",
    },
    "limit": {
        "fr": "Je n'arrive pas à terminer cette recherche maintenant. Reposez-moi la question en la précisant un peu.",
        "es": "No logro terminar esta búsqueda ahora. Hágame la pregunta de nuevo, con algo más de detalle.",
        "en": "I cannot finish looking that up just now. Please ask again with a little more detail.",
    },
    "handed": {
        "fr": "Je transmets votre demande à l'équipe : une personne vous répondra ici.",
        "es": "Le paso su solicitud al equipo: una persona le responderá por aquí.",
        "en": "I am passing this on to the team: somebody will reply to you here.",
    },
    "here": {"fr": "Voici le lien.", "es": "Aquí tiene el enlace.", "en": "Here is the link."},
    "done": {"fr": "C'est fait.", "es": "Listo.", "en": "Done."},
    "doubtful": {
        "fr": "Je ne sais pas si cela a abouti : une personne de l'équipe doit vérifier.",
        "es": "No sé si eso se completó: alguien del equipo tiene que revisarlo.",
        "en": "I do not know whether that went through: somebody of the team has to check.",
    },
    "confirm": {
        "fr": "Je m'apprête à faire ceci : {what}\nVous confirmez ?",
        "es": "Voy a hacer lo siguiente: {what}\n¿Lo confirma?",
        "en": "I am about to do this: {what}\nDo you confirm?",
    },
    "yes": {"fr": "Oui", "es": "Sí", "en": "Yes"},
    "no": {"fr": "Non", "es": "No", "en": "No"},
    "declined": {
        "fr": "D'accord, je ne fais rien.",
        "es": "De acuerdo, no hago nada.",
        "en": "All right, I will leave it.",
    },
    "source": {"fr": "Source : {source}", "es": "Fuente: {source}", "en": "Source: {source}"},
    "page": {"fr": "{title}, p. {page}", "es": "{title}, pág. {page}", "en": "{title}, p. {page}"},
}
_OTHERWISE: Final = "en"


class LoopPhrases:
    """The phrases in one language, those that the assistant says otherwise included."""

    def __init__(self, content: LoopContent, language: str) -> None:
        self._own = {
            name: text[language]
            for name in ("unknown", "limit", "handed")
            if (text := getattr(content.texts, name)) is not None
        }
        self.greeting = content.greeting[language]
        self._language = language

    def __getitem__(self, name: str) -> str:
        told = PHRASES[name]
        return self._own.get(name) or told.get(self._language) or told[_OTHERWISE]
