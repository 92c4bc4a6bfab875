"""Hours of the day, and between which of them something is open."""

import pytest

from cci_app.knowledge.answers.figures import holds, wanted
from cci_app.language.hours import tells_closing, tells_hour, tells_opening


@pytest.mark.parametrize(
    "text",
    [
        "Ouvert de 8 h à 17 h.", "ouverte de 10 heures à 19 heures", "De 8 a. m. a 5 p. m.", "de 10 à 19 heures",
        "Abre los sábados de 9 a 12.", "de 10h à 18h30", "8:00-17:00", "desde las 8 hasta las 12",
        "abierto 24 horas al día", "entre 9 h et 12 h", "de huit heures à dix-neuf heures trente",
        "de lunes a viernes de ocho a cinco de la tarde",
        "open from 9 am to 5 pm",
    ],
)  # fmt: skip
def test_between_which_hours(text: str) -> None:
    assert (tells_hour(text), tells_opening(text), tells_closing(text)) == (True, True, True)


@pytest.mark.parametrize(
    ("text", "opening", "closing"),
    [
        ("La salle ferme à dix-sept heures.", False, True),
        ("Le vestiaire ferme à minuit.", False, True),
        ("El museo cierra a las cinco de la tarde.", False, True),
        ("Abre a las seis y media.", True, False),
        ("L'accueil ouvre à 7 heures.", True, False),
        ("La salida es a las 6:30.", False, False),
        ("Le dossier est prêt avant 11 heures.", False, False),
    ],
)
def test_from_when_or_until_when(text: str, opening: bool, closing: bool) -> None:
    assert tells_hour(text)
    assert (tells_opening(text), tells_closing(text)) == (opening, closing)


@pytest.mark.parametrize(
    "text",
    [
        "Le lien reste valable 24 heures.", "Admite niños de 3 a 10 años.", "Comptez de 2 à 3 heures.",
        "Las dos salas grandes", "trente heures de cours", "de 6 à 8 heures de cours", "dans les deux heures",
        "a las 6 empresas", "un délai de 24 heures", "tres horas por semana", "de 40 à 60 personnes",
    ],
)  # fmt: skip
def test_how_long_or_how_many_is_no_hour(text: str) -> None:
    assert (tells_hour(text), tells_opening(text), tells_closing(text)) == (False, False, False)


@pytest.mark.parametrize(
    ("question", "holding", "lacking"),
    [
        ("à quelle heure ferme le musée ?", "Il ferme à 18 h.", "Il ouvre à 9 h."),
        ("¿a qué hora abre el museo?", "Abre a las 9:00.", "Cierra a las 18:00."),
        ("vos horaires svp", "Ouvert de 9 h à 12 h.", "La réponse vient sous 24 h."),
        ("quels sont les horaires de la navette ?", "Départs à 7 h et à 9 h.", "Elle roule deux heures."),
        ("¿a qué hora sale el bus?", "Sale a las 7:15.", "Sale de la plaza."),
        ("what are your opening hours?", "From 9 am to 5 pm.", "It takes 2 hours."),
    ],
)
def test_an_hour_is_told_where_one_is_asked(question: str, holding: str, lacking: str) -> None:
    kind = wanted(question)
    assert kind is not None
    assert holds(holding, kind, frozenset())
    assert not holds(lacking, kind, frozenset())
