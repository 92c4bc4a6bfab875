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


@pytest.mark.parametrize("user_id", ["manychat:123", "US.13491208655302741918", "111@c.us", "123@lid", "a" * 160])
def test_ids_of_channels_are_kept(user_id: str) -> None:
    assert to_user_id(user_id, "CO") == user_id


@pytest.mark.parametrize("written", ["", " ", "not a user", "a/b", "\x00", "🎉", "x" * 161, "<script>", "+", "-1"])
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
