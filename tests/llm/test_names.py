"""Names of models."""

import pytest

from cci_app.llm.names import ModelName, Provider, UnknownModel


@pytest.mark.parametrize(
    ("written", "provider", "model"),
    [
        ("openai:gpt-4o", Provider.OPENAI, "gpt-4o"),
        (" anthropic:vendor/model-1.5:beta ", Provider.ANTHROPIC, "vendor/model-1.5:beta"),
        ("google_genai:some-model", Provider.GOOGLE, "some-model"),
        ("offline", Provider.OFFLINE, "offline"),
    ],
)
def test_a_name_is_a_provider_and_a_model(written: str, provider: Provider, model: str) -> None:
    name = ModelName.parse(written)
    assert name == ModelName(provider, model)
    assert ModelName.parse(str(name)) == name


@pytest.mark.parametrize("written", ["", "gpt-4o", "openai", "openai:", "nobody:gpt-4o"])
def test_what_is_no_name_is_told_with_the_way_to_write_one(written: str) -> None:
    with pytest.raises(UnknownModel, match=r"write (provider|openai):model"):
        ModelName.parse(written)
