"""What stands for nothing, and what only looks like it."""

import pytest

from cci_app.core.nothing import is_nobody, is_nothing
from tests.fakes.processor import processor_time_below

NOBODY = [
    *(
        "null",
        "NULL",
        " Undefined ",
        "'null'",
        '"undefined"',
        "<null>",
        "(null)",
        "[null]",
        "None",
        "NaN",
        "NaN.0",
        "nil",
    ),
    *("false", "True", "nu\u200bll", "ｎｕｌｌ", "N/A", "#N/A", "n.d.", "-", "--", "?", "", "  ", "0", "0000000000"),
    *(
        "manychat:null",
        "whatsapp:undefined",
        "whatsapp:",
        "null@c.us",
        "+null",
        "US.undefined",
        "null:null",
        "manychat:0",
    ),
    *(
        "{{phone}}",
        "{{ contact.phone | default }}",
        "{phone}",
        "${phone}",
        "$phone",
        "%phone%",
        "#{phone}",
        "<%= phone %>",
    ),
    *(
        "[[phone]]",
        "<phone>",
        "*|PHONE|*",
        "{{country}}{{phone}}",
        "+{{phone}}",
        "{{phone}}@c.us",
        "whatsapp:{{phone}}",
    ),
    *("[object Object]", "57undefined", "+57null", "nullnull", "user_id", "phone", "{{", "string", "\u202enull"),
    *(
        "indefinido",
        "inconnu",
        "nulo",
        "desconocido",
        "aucun",
        "ninguno",
        "unbekannt",
        "vazio",
        "sin número",
        "нет",
        "无",
    ),
    *("No", "oui", "+57XXXXXXXXXX", "xxx", "YOUR_PHONE", "votre numéro", "Optional.empty", "System.Object"),
    "00000000-0000-0000-0000-000000000000",
]
SOMEBODY = [
    *("+573001234567", "manychat:123", "US.13491208655302741918", "123@lid", "120363021234567890@g.us", "web-null-1"),
    *("Nadia", "nilson", "nullpointer", "user:12", "annan", "juan.none", "a" * 160),
]


@pytest.mark.parametrize("written", NOBODY)
def test_what_stands_for_nothing_is_nobody(written: str) -> None:
    assert is_nobody(written)


@pytest.mark.parametrize("written", SOMEBODY)
def test_what_only_looks_like_it_is_somebody(written: str) -> None:
    assert not is_nobody(written)


@pytest.mark.parametrize("written", ["", " ", "null", "undefined", "None", "NaN", "{{media}}", "-"])
def test_an_optional_field_may_hold_it(written: str) -> None:
    assert is_nothing(written)


@pytest.mark.parametrize("written", ["nobody", "cci", "nada", "0", "x" * 300, "{{a}} y {{b}}"])
def test_a_field_that_says_something_is_kept(written: str) -> None:
    assert not is_nothing(written)


@pytest.mark.parametrize("piece", ["null", "{", "{{", "a:", "<", "<%", "%a", "[", "null:", "@", ".", "0"])
def test_repetitions_take_no_time(piece: str) -> None:
    with processor_time_below(0.5):
        for times in (20, 200, 1_000_000 // len(piece)):
            is_nobody(piece * times)
            is_nothing(piece * times)
