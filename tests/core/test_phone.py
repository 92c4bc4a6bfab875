"""Who is writing, however the number is written."""

import pytest

from cci_app.core.errors import InvalidInput
from cci_app.core.phone import mask, national_number, to_e164, to_user_id


@pytest.mark.parametrize(
    "written",
    [
        "+573001234567",
        " 573001234567",
        "573001234567",
        "3001234567",
        "+57 300 123-4567",
        "(300) 123 4567",
        "00573001234567",
        "whatsapp:+573001234567",
        "whatsapp:573001234567",
        "tel:+57-300-123-4567",
        "tel:300-123-4567;phone-context=+57",
        "573001234567@c.us",
        "573001234567@S.WhatsApp.net",
        "573001234567:12@s.whatsapp.net",
        "573001234567.0:3@s.whatsapp.net",
        "3001234567@c.us",
        "https://wa.me/573001234567?text=Hola",
        "https://api.whatsapp.com/send?phone=573001234567&text=Hola",
        "whatsapp://send?phone=%2B573001234567",
        "TEL;type=CELL;waid=573001234567:+57 300 1234567",
        "%2B573001234567",
        "573001234567.0",
        "573001234567,0",
        "5.73001234567E+11",
        "'+573001234567",
        '"573001234567"',
        "++573001234567",
        "+00573001234567",
        "\u202a+573001234567\u202c",
        "\u200e+57\u200b300\u00a0123\u20114567\ufeff",
        "\u2800+57 300 123 4567\u3164",
        "٥٧٣٠٠١٢٣٤٥٦٧",
        "５７３００１２３４５６７",
        "(+57) 300 123 4567",
        "https://wa.me/573001234567/",
        "whatsapp_573001234567",
        "wpp:573001234567",
        "Tel.: +57 300 123 4567",
        "WhatsApp +57 300 123 4567",
        "ph:+573001234567",
        "twilio:whatsapp:+573001234567",
        "jid:573001234567@s.whatsapp.net",
        "573001234567@s.whatsapp.net/Android",
        "573001234567@wa.gw.example.org",
        "sip:+573001234567@wa.example.org",
        "<+573001234567>",
        '="573001234567"',
        "573001234567;",
        "+57·300·123·4567",
    ],
)
def test_one_number_written_in_many_ways(written: str) -> None:
    assert to_e164(written, "CO") == "+573001234567"
    assert to_user_id(written, "CO") == "+573001234567"


@pytest.mark.parametrize(
    ("written", "number"), [("33612345678", "+33612345678"), ("+33 6 12 34 56 78", "+33612345678")]
)
def test_numbers_of_other_countries(written: str, number: str) -> None:
    assert to_e164(written, "CO") == number


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+5215512345678", "+525512345678"),
        ("5215512345678@c.us", "+525512345678"),
        ("+52 55 1234 5678", "+525512345678"),
        ("+5491123456789", "+5491123456789"),
        ("+54 11 2345-6789", "+5491123456789"),
        ("541123456789@s.whatsapp.net", "+5491123456789"),
        ("+54 800 555 1234", "+548005551234"),
        ("+5531981234567", "+5531981234567"),
        ("+55 31 8123-4567", "+5531981234567"),
        ("553181234567@c.us", "+5531981234567"),
        ("+55 31 3123-4567", "+553131234567"),
    ],
)
def test_two_spellings_are_one_person(written: str, number: str) -> None:
    assert to_e164(written, "CO") == to_user_id(written, "CO") == number


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("1 55 1234 5678", "MX", "+525512345678"),
        ("044 55 1234 5678", "MX", "+525512345678"),
        ("011 15-2345-6789", "AR", "+5491123456789"),
        ("031 98123-4567", "BR", "+5531981234567"),
    ],
)
def test_as_they_are_dialled_at_home(written: str, region: str, number: str) -> None:
    assert to_e164(written, region) == number


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("123456:4@lid", "123456@lid"),
        ("573001234567-1600000000@g.us", "573001234567-1600000000@g.us"),
        ("whatsapp:US.13491208655302741918", "US.13491208655302741918"),
        ("573001234567@lid", "573001234567@lid"),
    ],
)
def test_ids_that_are_no_phones_stay_ids(written: str, kept: str) -> None:
    assert to_e164(written, "CO") is None
    assert to_user_id(written, "CO") == kept


@pytest.mark.parametrize("user_id", ["manychat:123", "US.13491208655302741918", "111@c.us", "123@lid", "a" * 160])
def test_ids_of_channels_are_kept(user_id: str) -> None:
    assert to_user_id(user_id, "CO") == user_id


@pytest.mark.parametrize(
    "written", ["", " ", "not a user", "a/b", "\x00", "🎉", "x" * 161, "<script>", "+", "-1", "5.73001E+11"]
)
def test_what_is_no_id_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput):
        to_user_id(written, "CO")


def test_a_number_of_no_plan_has_one_form() -> None:
    assert to_user_id("+999 123 456", "CO") == to_user_id("999123456", "CO") == "+999123456"
    assert to_user_id("٩٩٩١٢٣٤٥٦", "CO") == "+999123456"


def test_national_number_and_mask() -> None:
    assert national_number("+573001234567") == "3001234567"
    assert mask("+573001234567") == "+57300***4567"
    assert mask("short") == "***"
