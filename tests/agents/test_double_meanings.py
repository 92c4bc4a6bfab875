"""Words that can insult, complain or attack, in messages that do not, and in those that do."""

import pytest

from cci_app.agents.questionnaire.understanding import Intent
from tests.agents.understand import Understand


@pytest.mark.parametrize(
    "message",
    [
        "À quelle heure ferme la Chambre ?", "quand ferme la bibliothèque ?",
        "Quand allez-vous faire la prochaine mission ?",
        "C'est peut-être une question stupide, mais où est votre bureau ?", "vendez-vous une bande de tissu de 5 cm ?",
        "vous conseillez contre les escrocs ?", "quelle assurance contre les voleurs ?",
        "où sont vos consignes de sécurité ?", "quelles sont les instructions pour payer ?",
        "¿el salario es bruto o neto?", "¿Dónde se bota la basura?", "¿qué empresa recoge la basura?",
        "¿tienen una impresora HP?", "perdón por la pregunta estúpida, ¿dónde queda la sede?",
        "¿cómo denunciar a un estafador?", "¿hay payasos en la fiesta de los niños?",
        "¿cuáles son las instrucciones de pago?",
        "¿la Cámara actúa como intermediaria?", "hasta cuando son las inscripciones?",
        "what are the pros and cons of joining?",
    ],
)  # fmt: skip
def test_a_word_that_can_insult_does_not_make_a_question_one(understand: Understand, message: str) -> None:
    assert understand(3, message).intent is Intent.QUESTION


@pytest.mark.parametrize(
    "message",
    [
        "nous vendons des bandes et une bande de roulement", "proposer une assurance contre les voleurs",
        "mettre en place un service de réclamation client", "vendre de la farine brute et des ferments",
        "aumentar el ingreso bruto un diez por ciento", "reciclar la basura de los hoteles",
        "vender impresoras HP a los colegios", "superar una estafa de un proveedor",
        "prevenir un desastre natural en la planta",
    ],
)  # fmt: skip
def test_nor_an_answer(understand: Understand, message: str) -> None:
    command = understand(3, message)
    assert (command.intent, command.dissatisfied) == (Intent.ANSWER, False)


@pytest.mark.parametrize(
    "message",
    ["ça ferme là ?", "j'ai oublié vos consignes d'accès", "aucune réclamation de notre part",
     "no tengo ninguna queja de ustedes", "olvidé las instrucciones de ingreso"],
)  # fmt: skip
def test_what_was_forgotten_or_is_denied_is_no_attack(understand: Understand, message: str) -> None:
    assert understand(3, message).intent not in {Intent.HOSTILE, Intent.COMPLAINT, Intent.INSULT}


@pytest.mark.parametrize(
    "message",
    ["ferme-la !", "mais ferme la", "Ferme ta gueule", "allez vous faire foutre", "vous êtes tous des escrocs",
     "bande de nuls", "c'est stupide votre truc", "son una partida de ladrones", "ustedes son unos estafadores",
     "qué payasos", "son unos inútiles", "no sea bruto", "ustedes son una basura", "son unos hp", "estúpidos", "idiot"],
)  # fmt: skip
def test_an_insult_stays_one(understand: Understand, message: str) -> None:
    assert understand(3, message).intent is Intent.INSULT


@pytest.mark.parametrize(
    "message",
    ["j'ai une réclamation", "je veux déposer une plainte", "n'importe quoi", "tengo una queja", "esto es una estafa",
     "hasta cuando tengo que esperar", "fue un desastre la atención"],
)  # fmt: skip
def test_a_complaint_stays_one(understand: Understand, message: str) -> None:
    assert understand(3, message).intent is Intent.COMPLAINT
