"""The conversations whose rows are compared: eight wordings each, in both languages; a slip is seen."""

from collections import Counter

import pytest

from benchmarks.understanding.end_states import WORDINGS, EndState, fits, scenarios


def test_every_scenario_has_its_wordings_in_both_languages_and_halves() -> None:
    counted = Counter((each.name, each.language, each.tune) for each in scenarios())
    names = {name for name, _, _ in counted}
    assert len(names) >= 14
    assert counted == {
        (name, language, tune): WORDINGS // 2 for name in names for language in ("fr", "es") for tune in (True, False)
    }


@pytest.mark.parametrize(
    ("found", "wanted", "right"),
    [
        ("oui", "oui", True),
        ("Oui", "oui", False),
        (None, None, True),
        ("", None, False),
        (None, "oui", False),
        ("c'était le comité fiscal", "~Comité fiscal", True),
        ("le salon", "~comité fiscal", False),
        ("vendre à Cali", "*", True),
        ("vendre", "*", False),
    ],
)
def test_what_is_recorded_fits_or_does_not(found: str | None, wanted: str | None, right: bool) -> None:
    said = EndState("answer", "fr", (), "vendre à Cali", (), {}, stranger=False, tune=True)
    assert fits(found, wanted, said) is right
