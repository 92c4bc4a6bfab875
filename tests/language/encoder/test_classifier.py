"""What a message means, told from examples of each; and that it may be none of them."""

import pytest

from cci_app.language.encoder.classifier import Classifier, Verdict

EXAMPLES = {
    "human": [
        "quiero hablar con una persona", "páseme con un asesor", "prefiero que me atienda un humano",
        "je veux parler à quelqu'un", "passez-moi un conseiller", "un humain svp", "I want to talk to someone",
    ],
    "erase": [
        "borren mis datos", "quiero que eliminen mi información", "supprimez mes données", "delete my data",
        "effacez tout ce que vous avez sur moi", "quítenme de su base de datos", "la suppression de mes informations",
    ],
    "later": [
        "ahora no puedo", "más tarde", "pas maintenant", "je suis en réunion", "estoy ocupado, después le respondo",
        "on verra demain", "I'm busy now", "je n'ai pas le temps",
    ],
}  # fmt: skip
OTHERS = [
    "exportamos café", "nous fabriquons des meubles", "abrir una sede en Medellín", "trouver un distributeur",
    "quand ouvre la piscine", "¿a qué hora cierran el salón?", "combien coûte la salle", "el precio de la feria",
]  # fmt: skip


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(EXAMPLES, OTHERS)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("comuníqueme con un asesor humano", "human"),
        ("je préfère parler à une vraie personne", "human"),
        ("eliminar toda mi información personal", "erase"),
        ("vous pouvez supprimer mes données personnelles", "erase"),
        ("en este momento estoy muy ocupado", "later"),
        ("je suis occupé, on verra plus tard", "later"),
    ],
)
def test_messages_in_other_words_than_the_examples_are_understood(
    classifier: Classifier, text: str, label: str
) -> None:
    verdict = classifier.classify(text)
    assert verdict.label == label
    assert verdict.confidence >= 0.5
    assert verdict.runner_up != label


@pytest.mark.parametrize("text", ["vendemos vino a tres países", "les livres de la bibliothèque", "", "👍", "42"])
def test_what_is_none_of_them_is_said_to_be_none(classifier: Classifier, text: str) -> None:
    assert classifier.classify(text).label is None


def test_examples_themselves_are_sure_and_verdicts_repeat(classifier: Classifier) -> None:
    right = [classifier.classify(text).label == label for label, texts in EXAMPLES.items() for text in texts]
    assert sum(right) >= 0.9 * len(right)
    again = Classifier(EXAMPLES, OTHERS)
    assert again.classify("un asesor, por favor") == classifier.classify("un asesor, por favor")


def test_a_text_without_words_has_no_nearest_label(classifier: Classifier) -> None:
    assert classifier.classify("?!") == Verdict(None, 0.0, None)


def test_a_stricter_classifier_says_none_sooner() -> None:
    text = "¿me puede atender alguien?"
    strict = Classifier(EXAMPLES, least=0.999).classify(text)
    assert strict.label is None
    assert strict.runner_up == Classifier(EXAMPLES, least=0.0).classify(text).label


@pytest.mark.parametrize(
    ("examples", "told"),
    [
        ({"one": ["hola", "bonjour"]}, "two or more"),
        ({"one": ["hola", "bonjour"], "two": ["visa", "👍"]}, "'two' has 1 examples"),
        ({}, "two or more"),
    ],
)
def test_too_few_examples_are_refused_aloud(examples: dict[str, list[str]], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Classifier(examples)
