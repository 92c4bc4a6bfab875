"""Which questions ask what something costs, and which texts say it."""

import pytest

from cci_app.language.prices import asks_price, tells_price


@pytest.mark.parametrize(
    "question",
    [
        "combien ça coûte ?", "c'est combien la cotisation ?", "quel est le prix du coworking par mois",
        "tarif domiciliation virtuelle", "le prix ?", "et la cotisation ?", "combien pour deux personnes ?",
        "combien la salle de réunion ?", "combien faut-il payer pour le stand ?", "c'est cher ?", "est-ce gratuit ?",
        "quels sont les frais de dossier ?", "combien d'euros faut-il verser ?", "combien vaut un stand ?",
        "à quel prix louez-vous l'auditorium ?", "combien coûte la remise des prix ?",
        "Quand on est membre, quel est le tarif ?", "combien vous demandez pour un stand",
        "¿Cuánto cuesta la misión?", "cuanto vale la mision para dos personas", "precio del coworking",
        "¿cuánto me cuesta?", "¿cobran por el parqueadero?", "¿cuál es la tarifa de la sala?",
        "¿cuántos pesos hay que pagar?", "¿es gratis?", "¿de cuánto es la cuota?", "¿a cuánto sale el almuerzo?",
        "¿Qué costo tiene?", "como miembro, ¿qué tarifa tengo?",
        "how much is the membership?", "what is the price of a desk",
    ],
)  # fmt: skip
def test_what_something_costs_is_asked(question: str) -> None:
    assert asks_price(question)


@pytest.mark.parametrize(
    "question",
    [
        "qui préside le jury du prix de l'innovation ?", "quand a lieu la remise des prix ?",
        "combien de salles avez-vous ?", "combien de salons organisez-vous par an ?", "que gagne le deuxième prix ?",
        "combien la Chambre compte-t-elle de membres ?", "combien dure la visite ?", "combien êtes-vous ?",
        "combien de prix remettez-vous ?", "où se remet le prix du jury ?", "qui fixe les tarifs ?",
        "à quelle heure est la remise du prix ?", "cher monsieur, où êtes-vous ?", "vendez-vous des produits frais ?",
        "comment payer la cotisation ?", "le prix comprend-il le repas ?",
        "¿cuántas salas tienen?", "¿quién preside el premio a la innovación?", "¿cuándo se entrega el premio?",
        "¿vale la pena ir?", "me cuesta entrar al portal, ¿qué hago?", "¿quién fija los precios?",
        "¿dónde veo las tarifas?", "¿el precio incluye el almuerzo?", "¿cuántos premios entregan?",
        "how many rooms do you have?", "who chairs the jury of the prize?", "what does the price include?",
    ],
)  # fmt: skip
def test_something_else_is_asked(question: str) -> None:
    assert not asks_price(question)


@pytest.mark.parametrize(
    "text",
    [
        "Cuesta $ 300.", "Vingt-cinq euros.", "Un euro symbolique.", "un millón doscientos mil pesos",
        "1,2 million de pesos", "quinientos pesos", "L'entrée est gratuite.", "450.000 pesos", "2 millones",
        "Un membre peut proposer gratuitement un article.", "La entrada es gratuita.",
        "Puede asistir sin ningún costo.", "L'atelier ne coûte rien.", "No se cobra.", "It is free of charge.",
    ],
)  # fmt: skip
def test_a_sum_is_told(text: str) -> None:
    assert tells_price(text)


@pytest.mark.parametrize(
    "text",
    [
        "Le prix est bas.",
        "Dura 3 días.",
        "Se paga en pesos.",
        "Le prix du jury.",
        "dos millones de visitas",
        "Feel free to ask.",
    ],
)
def test_no_sum_is_told(text: str) -> None:
    assert not tells_price(text)
