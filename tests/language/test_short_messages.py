"""A small word alone as the first message: its own language where it tells one, whatever the assistant's default is."""

import pytest

from cci_app.language.detect import detect

LANGUAGES = ("fr", "es")

SHORT = {
    "fr": [
        "Merci", "Merci !", "merci beaucoup", "Tout va bien", "tout va bien merci", "ça va", "Ca va ?", "d'accord",
        "Daccord", "Très bien", "tres bien", "Parfait", "ok parfait merci", "Bien sûr", "bien sur", "Volontiers",
        "Enchantée", "Désolé", "Pardon", "Excusez-moi", "Non merci", "Nickel", "Entendu", "Compris", "C'est bon",
        "Un instant", "Une question", "Peut-être", "Voilà", "Exactement", "Tout à fait", "Madame", "cher monsieur",
        "Adhésion", "Tarifs", "prix", "evenements", "Demande de stage", "Recrutement", "Bravo", "Félicitations",
        "Joyeux Noël", "Bon courage", "Commencer", "continuer", "Recommencer", "bonne soirée", "À bientôt",
    ],
    "es": [
        "Gracias", "muchas gracias", "Todo bien", "Muy bien", "todo muy bien", "Perfecto", "ok perfecto", "Claro",
        "De acuerdo", "Listo", "dale", "Bueno", "Vale", "Perdón", "Disculpe", "No gracias", "Está bien", "Entendido",
        "Encantado", "Mucho gusto", "Con gusto", "Un momento", "Una pregunta", "Tal vez", "Quizás", "Casi", "Exacto",
        "Exactamente", "Excelente", "Chévere", "Saludos", "Cordial saludo", "Afiliación", "afiliacion", "Precios",
        "tarifas", "eventos", "Empleo", "Holaaa", "Empezar", "Continuar", "Sigamos", "Feliz año", "Chao", "Adiós",
        "Información", "Servicios", "como vas", "Por supuesto",
    ],
}  # fmt: skip

# Names, places and words of both: whatever the assistant speaks first.
NEITHER = [
    "ok", "👍", "3", "Bogotá", "Medellín", "Juan", "Carlos Pérez", "Rodriguez", "Camille Durand", "networking", "VIE",
    "coworking", "Hello", "Yes", "test", "menu", "Air France", "Total", "visa", "genial", "Cali", "Lyon",
]  # fmt: skip


@pytest.mark.parametrize("default", LANGUAGES)
@pytest.mark.parametrize(("language", "text"), [(language, text) for language in SHORT for text in SHORT[language]])
def test_a_small_word_tells_its_language(language: str, text: str, default: str) -> None:
    assert detect(text, languages=LANGUAGES, previous=None, default=default) == language


@pytest.mark.parametrize("default", LANGUAGES)
@pytest.mark.parametrize("text", NEITHER)
def test_what_both_share_tells_nothing(text: str, default: str) -> None:
    assert detect(text, languages=LANGUAGES, previous=None, default=default) == default


@pytest.mark.parametrize("text", ["tout va bien", "Merci", "parfait", "bien sûr"])
def test_one_of_them_switches_no_conversation(text: str) -> None:
    assert detect(text, languages=LANGUAGES, previous="es", default="es") == "es"
