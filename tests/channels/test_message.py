"""Parts of a message: nothing of them is lost where they are not known, or cannot be shown."""

import json

import pytest

from cci_app.channels.api import Api
from cci_app.channels.enclosed import LetterFile
from cci_app.channels.functions import Functions
from cci_app.channels.manychat import Manychat
from cci_app.channels.message import (
    KINDS,
    Audio,
    Button,
    Buttons,
    Choice,
    Choices,
    Document,
    Image,
    Letter,
    Link,
    Location,
    Part,
    Reaction,
    Sticker,
    Template,
    Text,
    Unsupported,
    VCard,
    Video,
    part_from_json,
    part_to_json,
)
from cci_app.channels.ports import Fault, Refused, Reply, Retry, read_fault

PARTS: list[tuple[Part, str]] = [
    (Text("Hola"), "Hola"),
    (Buttons("¿Seguimos?", (Button("y", "Sí"), Button("n", "No"))), "¿Seguimos?\n1. Sí\n2. No"),
    (Choices("Elija", "Ver", (Choice("a", "Vino", "tinto"), Choice("b", "Pan"))), "Elija\n1. Vino: tinto\n2. Pan"),
    (Link("Su factura", "https://example.org/f", "Abrir"), "Su factura\nhttps://example.org/f"),
    (Image("https://example.org/a.jpg", caption="La entrada"), "La entrada\nhttps://example.org/a.jpg"),
    (Document("https://example.org/b.pdf", "b.pdf"), "b.pdf\nhttps://example.org/b.pdf"),
    (Audio(), "[audio]"),
    (Video("https://example.org/c.mp4"), "https://example.org/c.mp4"),
    (Sticker(), "[sticker]"),
    (Location(4.6, -74.08, city="Bogotá"), "Bogotá\n4.6, -74.08"),
    (VCard("Ana Ruiz", ("+573001234567",), company="Vinos SAS"), "Ana Ruiz\nVinos SAS\n+573001234567"),
    (Reaction("👍", "wamid.1"), "👍"),
    (Unsupported("order"), "[order]"),
    (Letter("Semana 3", "Todo en orden.", "<p>Todo en orden.</p>"), "Semana 3\n\nTodo en orden."),
    (Letter("Semana 3", "Va.", "", (LetterFile("3.pdf", "application/pdf", "JVBERg=="),)), "Semana 3\n\nVa."),
    (Template("reminder", "es", "Le esperamos el lunes", ("lunes",)), "Le esperamos el lunes"),
]


def test_every_kind_is_tried() -> None:
    assert {part.kind for part, _ in PARTS} == set(KINDS)


@pytest.mark.parametrize(("part", "plain"), PARTS, ids=lambda value: getattr(value, "kind", ""))
def test_a_part_survives_json_and_has_a_plain_form(part: Part, plain: str) -> None:
    kept = json.loads(json.dumps(part_to_json(part)))
    assert part_from_json(kept) == part
    assert part.plain == plain


@pytest.mark.parametrize("change", [{"kind": "hologram"}, {"version": 99}])
def test_what_a_newer_version_wrote_is_read_as_its_plain_text(change: dict[str, object]) -> None:
    kept = {**part_to_json(PARTS[1][0]), **change}
    assert part_from_json(kept) == Text("¿Seguimos?\n1. Sí\n2. No")


def test_what_no_version_writes_is_refused() -> None:
    with pytest.raises(ValueError, match="neither a known part"):
        part_from_json({"kind": "hologram"})
    with pytest.raises(ValueError, match="4 buttons"):
        Buttons("?", tuple(Button(str(number), "x") for number in range(4)))
    with pytest.raises(ValueError, match="0 choices"):
        Choices("?", "x", ())


def reply(*parts: Part) -> Reply:
    return Reply(parts, {"language": "es"}, 7)


def test_the_api_tells_the_text_and_the_parts_that_are_more() -> None:
    plain = json.loads(Api().render(reply(Text("Hola"), Text("¿Sí?"))).body)
    assert plain == {"response": "Hola\n\n¿Sí?", "user_status": {"language": "es"}, "response_time_ms": 7}
    rich = json.loads(Api().render(reply(PARTS[1][0])).body)
    assert rich["response"] == "¿Seguimos?\n1. Sí\n2. No"
    assert rich["parts"][0]["buttons"] == [{"id": "y", "title": "Sí"}, {"id": "n", "title": "No"}]


def test_the_functions_get_a_text() -> None:
    assert Functions().render(reply(Text("Hola"), Text("¿Sí?"))).body.decode() == "Hola\n\n¿Sí?"


def test_manychat_shows_texts_and_links_and_the_rest_as_text() -> None:
    page = Manychat(None, "http://127.0.0.1:1")
    shown = json.loads(page.render(reply(*(part for part, _ in PARTS[1:4]))).body)["content"]
    assert shown["type"] == "whatsapp"
    assert [message["text"] for message in shown["messages"]] == [PARTS[1][1], PARTS[2][1], "Su factura"]
    assert shown["messages"][2]["buttons"] == [{"type": "url", "caption": "Abrir", "url": "https://example.org/f"}]


def test_what_finds_no_room_in_a_block_is_the_rest() -> None:
    page = Manychat(None, "http://127.0.0.1:1")
    long = "\n\n".join(f"{number} " + "a" * 4000 for number in range(12))
    rendered = page.render(reply(Text(long), Link("Más", "https://example.org/m", "Abrir")))
    shown = [message["text"] for message in json.loads(rendered.body)["content"]["messages"]]
    assert [text.split()[0] for text in shown] == [str(number) for number in range(10)]
    assert [part.plain.split()[0] for part in rendered.rest] == ["10", "11", "Más"]
    assert "\n\n".join([*shown, *(part.plain for part in rendered.rest)]) == f"{long}\n\nMás\nhttps://example.org/m"


def test_an_unknown_code_is_refused() -> None:
    assert read_fault(Manychat.errors, "429", "slow down", 3.0) == Retry("slow down", 3.0)
    assert read_fault(Manychat.errors, "401", "no key") == Refused("401", "no key", Fault.STOP_ACCOUNT)
    assert read_fault(Manychat.errors, "4711", "what?") == Refused("4711", "what?", Fault.REFUSED)
