"""Sentences, passages and words."""

import itertools

import pytest

from cci_app.knowledge.answers.figures import wanted
from cci_app.knowledge.index.chunking import OVERLAP, SIZE, chunks
from cci_app.knowledge.languages import document_language
from cci_app.knowledge.reading.document import Document, Section
from cci_app.knowledge.search.passage import Passage
from cci_app.knowledge.search.ranking import Ranker
from cci_app.knowledge.search.words import Term, alike, closeness, terms
from cci_app.language.sentences import sentences
from cci_app.language.tokens import tokens
from tests.conftest import SAMPLES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Une phrase. Une autre !", ["Une phrase.", "Une autre !"]),
        ("M. Petit vient. Il est là.", ["M. Petit vient.", "Il est là."]),
        ("El Sr. Paz llega a las 8 a. m. del lunes.", ["El Sr. Paz llega a las 8 a. m. del lunes."]),
        ("¿Cuándo? ¡Ya! Sí.", ["¿Cuándo?", "¡Ya!", "Sí."]),
        ("Il dit « non. » Puis oui.", ["Il dit « non. »", "Puis oui."]),
        ("Écrivez à a@example.org. Merci.", ["Écrivez à a@example.org.", "Merci."]),
        ("La liste :\n\n• un\n• deux. Et trois", ["La liste :", "• un", "• deux.", "Et trois"]),
        ("Abrimos de 8 a. m. a 5 p. m. Los sábados no.", ["Abrimos de 8 a. m. a 5 p. m.", "Los sábados no."]),
        ("El art. 5 del núm. 12, pág. 3. Nada más.", ["El art. 5 del núm. 12, pág. 3.", "Nada más."]),
        ("Tél. 300 000 00 00. Demandez Mme Petit.", ["Tél. 300 000 00 00.", "Demandez Mme Petit."]),
        (
            "Mme. Petit et les Sras. Paz viennent le 3 sept. 2030.",
            ["Mme. Petit et les Sras. Paz viennent le 3 sept. 2030."],
        ),
        ("¿Es obligatorio? No. Pregunte.", ["¿Es obligatorio?", "No.", "Pregunte."]),
        ("Cra. 7 No. 12, Of. 301. Suba.", ["Cra. 7 No. 12, Of. 301.", "Suba."]),
        ("Fermé à 19 h. Le samedi aussi.", ["Fermé à 19 h.", "Le samedi aussi."]),
        ("Cuesta 450.000 pesos.\n\nd\n\nIncluye internet.", ["Cuesta 450.000 pesos.", "Incluye internet."]),
        ("Stylos, papier, etc. Le reste suit.", ["Stylos, papier, etc.", "Le reste suit."]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_short_section_is_one_passage_with_its_heading_and_page() -> None:
    document = Document("T", (Section("Un.", "A", 3), Section("Deux.", None, 4)))
    assert [(each.text, each.heading, each.page) for each in chunks(document)] == [("Un.", "A", 3), ("Deux.", None, 4)]


def test_a_long_section_is_cut_at_sentence_ends_with_an_overlap() -> None:
    phrase = "Voici la phrase numéro {} qui parle assez longuement du service et de ce qu'il apporte."
    text = " ".join(phrase.format(number) for number in range(40))
    found = [each.text for each in chunks(Document("T", (Section(text, "A", 1),)))]
    assert len(found) > 2
    assert all(len(each) <= SIZE and each.startswith("Voici") and each.endswith(".") for each in found)
    for before, after in itertools.pairwise(found):
        assert before.endswith(after[: after.index(".") + 1]) or after[: after.index(".") + 1] in before[-OVERLAP:]


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("visa", "visas"),
        ("recruter", "recrutement"),
        ("distribuidro", "distribuidor"),
        ("cowroking", "coworking"),
        ("domicilation", "domiciliation"),
        ("menbre", "membre"),
        ("vie", "vie"),
        ("entro", "entrar"),
        ("louez", "louer"),
        ("agro24", "agro"),
    ],
)
def test_words_that_are_the_same(asked: str, written: str) -> None:
    assert alike(asked, written) > 0.6


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("contact", "contrat"),
        ("formation", "formulaire"),
        ("agent", "agenda"),
        ("commission", "commerce"),
        ("vin", "visa"),
        ("2024", "2025"),
        ("agro24", "agro25"),
        ("co5", "co55"),
    ],
)
def test_words_that_are_not(asked: str, written: str) -> None:
    assert alike(asked, written) == 0


def test_a_ranker_takes_every_word_that_is_alike_and_no_other() -> None:
    """It compares few of them; here each one is."""
    written = " ".join(path.read_text(encoding="utf-8") for path in sorted(SAMPLES.rglob("documents/**/*.md")))
    vocabulary = sorted(set(tokens(written)))
    passage = Passage(1, 1, "", None, None, "fr", " ".join(vocabulary), 0.0)
    found = 0
    for word in vocabulary[::23]:
        for asked in (word, word[:-2] + word[-1:], word[1] + word[0] + word[2:] if len(word) > 1 else word):
            for term in (Term(asked), Term("ville", (asked, "commune"))):
                edges = [(each[:2], each[-2:]) for each in (term.word, *term.others)]
                near = {
                    each
                    for each in vocabulary
                    if any(each.startswith(begin) or each.endswith(end) for begin, end in edges)
                    and closeness(term, each)
                }
                assert Ranker([term], [passage]).words == near, term
                found += len(near)
    assert found > 500


def test_terms_are_what_is_asked() -> None:
    assert [each.word for each in terms("Bonjour, est-ce que vous pouvez m'aider pour les visas svp ?")] == ["visas"]
    assert [each.word for each in terms("¿Y para encontrar un distribuidor, qué hacen ustedes?")] == ["distribuidor"]
    assert terms("👍 ... ?") == []
    assert [each.word for each in terms("le CO-5 ou le co6 ?")] == ["co5", "co6"]


@pytest.mark.parametrize(
    ("question", "holding", "lacking"),
    [
        ("combien ça coûte ?", "Le prix est de 20 euros.", "Le prix est bas."),
        ("¿Cuánto cuesta la misión?", "Cuesta $ 300.", "La misión dura 3 días."),
        ("precio del coworking", "150.000 pesos al mes", "Se alquila por mes."),
        ("c'est quand le salon ?", "Le salon ouvre le 3 mai.", "Le salon réunit des producteurs."),
        ("¿qué fecha es?", "Vea https://example.org/agenda.", "Reúne a productores."),
        ("quel est votre numéro de téléphone", "Le +573000000101 répond.", "Écrivez à a@example.org."),
        ("cuál es el correo", "Escriba a a@example.org.", "Escriba al equipo."),
        ("a qué hora abren", "De 8 a. m. a 5 p. m.", "Con cita previa."),
        ("cuando abre la ludoteca", "Abre los sábados de 9 a 12.", "Admite niños de 3 a 10 años."),
        ("combien de temps faut-il", "Comptez trois semaines.", "Les délais varient."),
        ("qui est le président", "Le président est Jean Martin.", "Le président dirige."),
    ],
)
def test_a_question_for_a_figure_is_known_and_its_figure_found(question: str, holding: str, lacking: str) -> None:
    from cci_app.knowledge.answers.figures import holds

    kind = wanted(question)
    assert kind is not None
    assert holds(holding, kind, frozenset())
    assert not holds(lacking, kind, frozenset())


def test_a_number_must_count_what_is_asked() -> None:
    from cci_app.knowledge.answers.figures import holds

    kind = wanted("combien de comités ?")
    assert kind is not None
    assert holds("La Chambre compte cinq comités.", kind, frozenset({"comites"}))
    assert not holds("Les comités ont 24 heures.", kind, frozenset({"comites"}))


def test_other_questions_ask_for_no_figure() -> None:
    assert wanted("comment trouver un distributeur ?") is None
    assert wanted("¿qué es el espacio de miembros?") is None


@pytest.mark.parametrize(
    ("source", "text", "language"),
    [
        ("fr/a.md", "Lo que sea", "fr"),
        ("clients/ES/a.md", "Peu importe", "es"),
        ("a.md", "Les membres de la Chambre sont dans l'annuaire et vous pouvez les y trouver.", "fr"),
        ("a.md", "Los miembros de la Cámara están en el directorio y usted los encuentra allí.", "es"),
    ],
)
def test_the_language_of_a_document(source: str, text: str, language: str) -> None:
    assert document_language(source, Document("T", (Section(text),))) == language
