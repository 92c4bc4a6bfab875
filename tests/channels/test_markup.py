"""Markdown in the markup of channels: nothing that is no Markdown changes."""

import pytest

from cci_app.channels.markup import TELEGRAM, WHATSAPP, marked_up, without_marks
from cci_app.channels.message import Audio, Button, Buttons, Choice, Choices, File, Image, Link, Part, Text
from cci_app.channels.ports import Limits, fitted, split_text
from tests.fakes.processor import processor_time_below

SAID = (
    "# Servicios\n\n**Uno** y *dos*, ~~tres~~ `x<1`\n- [Sitio](https://example.org/a_b_c)\n"
    "* dos_tres_cuatro\n1. Sí & no"
)


def test_markdown_becomes_what_whatsapp_shows() -> None:
    assert marked_up(SAID, WHATSAPP) == (
        "*Servicios*\n\n*Uno* y _dos_, ~tres~ `x<1`\n• Sitio: https://example.org/a_b_c\n• dos_tres_cuatro\n1. Sí & no"
    )


def test_markdown_becomes_the_html_of_telegram() -> None:
    assert marked_up(SAID, TELEGRAM) == (
        "<b>Servicios</b>\n\n<b>Uno</b> y <i>dos</i>, <s>tres</s> <code>x&lt;1</code>\n"
        '• <a href="https://example.org/a_b_c">Sitio</a>\n• dos_tres_cuatro\n1. Sí &amp; no'
    )
    assert marked_up("```\na <b>\n*c*\n```", TELEGRAM) == "<pre>a &lt;b&gt;\n*c*</pre>"
    assert marked_up("[x](javascript:alert(1))", TELEGRAM) == "[x](javascript:alert(1))"


@pytest.mark.parametrize(
    "text",
    [
        "1/7 · ¿Ha podido entrar?\n\n  con sangría",
        "2 * 3 * 4 = 24",
        "snake_case_name y https://wa.me/573001234567?text=Hola%20a_b",
        "```\nsin fin",
        "",
        "\n\n",
        "a  \nb",
        "[no es un enlace]",
    ],
)
def test_what_is_no_markdown_stays(text: str) -> None:
    assert marked_up(text, WHATSAPP) == text


def test_below_a_button_nothing_is_marked() -> None:
    assert without_marks("**Sí**, [aquí](https://example.org)") == "Sí, aquí: https://example.org"


@pytest.mark.parametrize("unit", ["[", "*a", "**a _b ~~c ", "![](", "`", "\\", "[](", "_*", "<", "- ", "# "])
def test_no_text_can_keep_it_busy(unit: str) -> None:
    text = (unit * 4096)[:4096]
    with processor_time_below(0.5):
        marked_up(text, WHATSAPP)


def test_a_text_is_cut_where_it_may_pause() -> None:
    assert split_text("Una frase. Otra frase. La tercera", 24) == ["Una frase. Otra frase.", "La tercera"]
    assert split_text("uno\n\ndos tres. cuatro", 12) == ["uno", "dos tres.", "cuatro"]
    assert split_text("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
    assert split_text("¿Qué? ¡Sí! No", 11) == ["¿Qué? ¡Sí!", "No"]
    long = ("Palabras y más palabras. " * 400).strip()
    pieces = split_text(long, 1500)
    assert all(len(piece) <= 1500 and piece.endswith(".") for piece in pieces)
    assert " ".join(pieces) == long


def test_each_piece_is_a_part() -> None:
    link = Link("Mire", "https://example.org", "Abrir")
    assert fitted((Text("uno. dos"), link), Limits(text_length=5)) == (Text("uno."), Text("dos"), link)
    assert fitted((Text("uno dos"),), Limits()) == (Text("uno dos"),)


LONG = " ".join(f"palabra{number:04d}" for number in range(400))


@pytest.mark.parametrize(
    "part",
    [
        Buttons(LONG, (Button("si", "Sí"), Button("no", "No"))),
        Choices(LONG, "Ver", tuple(Choice(str(number), f"Opción {number}", "descrita") for number in range(10))),
        Link(LONG, "https://example.org", "Abrir"),
        Image(url="https://example.org/a.png", caption=LONG),
        Audio(url="https://example.org/a.ogg", caption=LONG),
    ],
)
def test_case_10_nothing_is_cut_whatever_it_is_made_of(part: Part) -> None:
    limits = Limits(text_length=1500, caption_length=1024)
    made = fitted((Text("antes"), part, Text("después")), limits)
    assert [type(one) for one in made if not isinstance(one, Text)] == [type(part)]
    assert all(len(one.plain) <= 1500 for one in made)
    assert all(len(one.caption) <= 1024 for one in made if isinstance(one, File))
    words = " ".join(one.plain for one in made).split()
    assert [word for word in words if word.startswith("palabra")] == LONG.split()
    assert (words[0], words[-1]) == ("antes", "después")


@pytest.mark.parametrize("sign", ["👩‍👩‍👧", "👍🏽", "e\u0301", "✍️"])
def test_case_10_no_sign_is_cut_in_two(sign: str) -> None:
    pieces = split_text(sign * 9000, 4096)
    assert "".join(pieces) == sign * 9000
    assert all(len(piece) <= 4096 and piece.startswith(sign) and piece.endswith(sign) for piece in pieces)
