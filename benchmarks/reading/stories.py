"""What the documents say: headings, prose, lists and tables in three languages, made from a seed."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+")

_TOPICS = {
    "fr": ("Adhésion", "Missions de prospection", "Études de marché", "Visas", "Domiciliation", "Événements", "Salons"),
    "es": (
        "Afiliación",
        "Misiones comerciales",
        "Estudios de mercado",
        "Visados",
        "Domiciliación",
        "Eventos",
        "Ferias",
    ),
    "en": ("Membership", "Trade missions", "Market studies", "Visas", "Registered office", "Events", "Fairs"),
}
_PROSE = {
    "fr": (
        "La Chambre reçoit les entreprises de {city} sur rendez-vous, du lundi au vendredi, de {a} h à {b} h.",
        "La cotisation annuelle est de {price} pesos ; elle donne droit à {a} rencontres avec des acheteurs qualifiés.",
        "Pour connaître l'œuvre de la délégation à {city}, écrivez à {mail} ou appelez le {phone}.",
        "Les inscriptions s'achèvent le {a} septembre, sauf pour celles déjà réglées où s'applique l'échéance n° {b}.",
        "L'étude coûte {price} € et paraît en {a} semaines ; ça dépend naturellement du secteur.",
    ),
    "es": (
        "La Cámara atiende a las empresas de {city} con cita previa, de lunes a viernes, de {a} a {b} horas.",
        "La cuota anual es de {price} pesos e incluye {a} reuniones con compradores seleccionados.",
        "¿Busca un distribuidor en {city}? Escriba a {mail} o llame al {phone}: le responderán mañana.",
        "Las inscripciones cierran el {a} de septiembre, salvo las que ya están pagadas según la cláusula {b}.",
        "El estudio cuesta {price} € y se entrega en {a} semanas; según el sector, quizás antes.",
    ),
    "en": (
        "The Chamber receives companies from {city} by appointment, Monday to Friday, from {a} to {b} o'clock.",
        "The yearly fee is {price} pesos and includes {a} meetings with selected buyers.",
        "To find a distributor in {city}, write to {mail} or call {phone}; the office answers within a day.",
        "Registration closes on {a} September, save for those already paid under section {b}.",
        "The study costs {price} € and is delivered in {a} weeks, sometimes earlier.",
    ),
}
_COLUMNS = {"fr": ("Formule", "Prix", "Durée"), "es": ("Modalidad", "Precio", "Plazo"), "en": ("Plan", "Price", "Term")}
_PLANS = {"fr": ("Solo", "Équipe", "Réseau"), "es": ("Básica", "Compañía", "Red"), "en": ("Single", "Team", "Network")}
_CITIES = ("Bogotá", "Medellín", "Cali", "Cúcuta", "Popayán", "Nariño", "Besançon", "Orléans")


@dataclass(frozen=True, slots=True)
class Block:
    """`kind` is heading, paragraph, list or table; `rows` are its lines, each of cells."""

    kind: str
    rows: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> str:
        """The only line of a heading or a paragraph."""
        return self.rows[0][0]


@dataclass(frozen=True, slots=True)
class Story:
    """One document to be: its title and its blocks. `name` tells it from the others."""

    name: str
    language: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def words(self) -> Counter[str]:
        """How often each of its words stands in it."""
        cells = [cell for block in self.blocks for row in block.rows for cell in row]
        return words(" ".join([self.title, *cells]))


def words(text: str) -> Counter[str]:
    """How often each word stands in a text, in small letters; one parted at the end of a line is whole."""
    whole = re.sub(r"(?<=\w)(?:-\s*\n\s*|\u00ad\s*)(?=[^\W\d_])", "", text)
    return Counter(_WORD.findall(whole.casefold()))


def stories(seed: int, count: int) -> Iterator[Story]:
    """`count` stories, the same for the same seed."""
    chance = random.Random(seed)
    for number in range(count):
        language = ("fr", "es", "en")[number % 3]
        topics = list(_TOPICS[language])
        chance.shuffle(topics)
        blocks = [block for topic in topics[: chance.randint(3, 7)] for block in _under(topic, language, chance)]
        title = {"fr": "Guide des services", "es": "Guía de servicios", "en": "Guide to services"}[language]
        yield Story(f"{number:03}-{language}", language, f"{title} {2030 + number}", tuple(blocks))


def _under(topic: str, language: str, chance: random.Random) -> Iterator[Block]:
    yield Block("heading", ((topic,),))
    for _ in range(chance.randint(1, 4)):
        yield Block("paragraph", ((" ".join(_sentence(language, chance) for _ in range(chance.randint(2, 5))),),))
    if chance.random() < 0.5:
        yield Block("list", tuple((_sentence(language, chance),) for _ in range(chance.randint(2, 4))))
    if chance.random() < 0.5:
        plans = ((plan, f"{chance.randint(80, 900)} €", str(chance.randint(1, 36))) for plan in _PLANS[language])
        yield Block("table", (_COLUMNS[language], *plans))


def _sentence(language: str, chance: random.Random) -> str:
    return chance.choice(_PROSE[language]).format(
        city=chance.choice(_CITIES),
        a=chance.randint(2, 12),
        b=chance.randint(13, 20),
        price=f"{chance.randint(100, 990)} 000",
        phone=f"+57 300 000 {chance.randint(0, 9999):04}",
        mail=f"accueil{chance.randint(1, 99)}@example.org",
    )
