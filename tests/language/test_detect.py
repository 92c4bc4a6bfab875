"""The language of short messages, as members type them: without accents, with slips, shortened, mixed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cci_app.language.detect import detect, find_wish

LANGUAGES = ("fr", "es")

FIRST = {
    "fr": [
        "Bonjour", "bonjour!",
        "Salut", "slt", "bjr", "oui", "oui j'ai accede", "re-bonjour", "Bonsoir", "c koi",
        "j'ai une question", "merci", "pas encore", "Bonne journée", "comment ça marche ?", "je suis membre",
        "en français svp", "coucou 👋", "Allô ?", "jai pas encore acces", "BONJOUR",
        "Bonjour, en français s'il vous plaît",
        "developper notre reseau", "vous faites quoi ?",
    ],
    "es": [
        "Hola", "hola", "buenas", "Buen día", "buenos dias", "Hola, soy una nueva empresa", "gracias", "si", "sí",
        "que es esto", "quiero info", "en español", "no entiendo", "cómo están", "informacion por favor", "q tal",
        "HOLA BUENAS TARDES", "aun no", "vender mas en bogota",
        # Nothing to go by: the default.
        "👍", "3", "ok", "Bogotá", "", "!!!", "networking", "Hello", "😀😀",
    ],
}  # fmt: skip

# What changes nothing, by the language of the conversation.
KEPT = {
    "fr": [
        "ok", "👍", "3", "Bogotá", "networking", "merci!", "gracias", "Medellín, Bogotá",
        "gracias!", "hola", "coworking",
        "El Tiempo", "non", "oui", "Salón del vino", "on a fait le salon del vino", "misión comercial",
        "Juan Carlos Pérez",
        "Vinos del Sur", "Hello how are you", "empresa Vinos del Sur SAS", "muchas gracias",
        "nous avons utilisé el salón del vino y la misión comercial mais pas plus", "Carrera 7 # 12-34 Bogotá",
        "on va à Cali para la feria", "stop", "volver", "", "🙂", "vender", "je sais pas", "un cafe con leche",
    ],
    "es": [
        "ok", "merci!", "merci beaucoup", "Salon du Vin", "el salon du vin", "Air France",
        "networking", "VIE", "passer",
        "la misión de la CCI France Colombia", "hicimos el Salon du Vin et la Table en Bogotá",
        "documentos en francés",
        "clases de francés", "me gustaría un folleto en francés", "un stand en el salon du chocolat", "si", "no",
        "bien sûr", "si lo conozco", "Crédit Agricole", "Somos Les Vignerons du Sud", "fuimos a la soirée beaujolais",
        "I want to speak English", "no se", "crecer", "7", "Orléans", "rendez-vous",
        "pues el networking", "todavia no",
    ],
}  # fmt: skip

# What switches a conversation in the other language.
SWITCHES = {
    "es": [
        "a que hora abre la ludoteca?", "no entiendo la pregunta",
        "prefiero en español", "hola, buenos días", "queremos vender más en Bogotá", "sí pero no recuerdo la clave",
        "todavía no he podido entrar", "puede ser en español?", "pues vender mas en bogota", "no hablo francés",
        "¿Cuánto cuesta la misión comercial?", "no tengo tiempo ahora", "quiero hablar con una persona",
        "en la 2 quise decir que usamos el coworking", "ya entramos al area", "español por favor", "español",
        "Prefiero español, gracias", "hola no entiendo frances", "peut-on parler espagnol ?",
        "est-ce possible en espagnol ?", "y eso cuanto cuesta", "aun no lo he usado",
    ],
    "fr": [
        "en français s'il vous plaît", "puede ser en francés?", "oui on veut recruter 2 commerciaux",
        "je ne sais pas", "je préfère le français", "et pour trouver un distributeur, vous faites quoi ?", "français",
        "on a fait le salon du vin et une mission à Medellín, très utile", "je n'ai pas encore accès", "en français",
        "c'est quoi l'espace membre ?", "développer notre réseau commercial colombien", "prefiero en francés",
        "no hablo español", "trouver un distributeur", "il nous faut des clients", "jai pas eu le temps",
        "pas encore mais bientot",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("language", "text"), [(language, text) for language in FIRST for text in FIRST[language]])
def test_first_message(language: str, text: str) -> None:
    assert detect(text, languages=LANGUAGES, previous=None, default="es") == language


@pytest.mark.parametrize(("language", "text"), [(language, text) for language in KEPT for text in KEPT[language]])
def test_nothing_switches_without_a_sentence(language: str, text: str) -> None:
    assert detect(text, languages=LANGUAGES, previous=language, default="es") == language


@pytest.mark.parametrize(("language", "text"), [(lang, text) for lang in SWITCHES for text in SWITCHES[lang]])
def test_a_sentence_or_a_wish_switches(language: str, text: str) -> None:
    other = {"fr": "es", "es": "fr"}[language]
    assert detect(text, languages=LANGUAGES, previous=other, default="es") == language


def test_a_wish_and_what_is_beside_it() -> None:
    wish = find_wish("prefiero en español, sí ya entramos", LANGUAGES)
    assert wish is not None
    assert (wish.language, wish.rest) == ("es", "sí ya entramos")
    english = find_wish("in English please", LANGUAGES)
    assert english is not None
    assert english.language == "en"
    assert detect("in English please", languages=LANGUAGES, previous="fr", default="es") == "fr"
    assert find_wish("documents en français", LANGUAGES) is None


def test_settings_of_a_caller() -> None:
    assert detect("Bonjour à tous", languages=["es"], previous=None, default="es") == "es"
    assert detect("👍", languages=LANGUAGES, previous="de", default="fr") == "fr"
    with pytest.raises(ValueError, match="default"):
        detect("hola", languages=LANGUAGES, previous=None, default="en")


def test_many_threads_and_long_texts() -> None:
    texts = ["blorp zimba " * 300, "¿" * 4000, "je ne sais pas si " * 200, "\U0001f600" * 2000, "z͑ͫ̓a͐l̑g͌o " * 300]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: detect(text, languages=LANGUAGES, previous="es", default="es"), texts * 20))
    assert set(found) <= set(LANGUAGES)
    assert found[2] == "fr"
