"""The names of models as settings and assistants' files write them: a provider, a colon, the provider's own name."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from cci_app.core.errors import CannotStart


class Provider(StrEnum):
    """Who runs a model; the values are LangChain's names. `offline` is this process: no key, no network."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GOOGLE = "google_genai"
    OFFLINE = "offline"


class UnknownModel(CannotStart):
    """A name that is no model's; the message says how one is written."""


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model of a provider. `model` is the provider's own name of it, which may hold colons, dots and slashes."""

    provider: Provider
    model: str

    @classmethod
    def parse(cls, name: str) -> Self:
        """Read `openai:gpt-4o`, or `offline`, which needs no model. Raises UnknownModel."""
        written, _, model = name.strip().partition(":")
        known = ", ".join(Provider)
        try:
            provider = Provider(written)
        except ValueError:
            raise UnknownModel(
                f"{name!r} names no model: write provider:model, such as openai:gpt-4o, with one of {known}"
            ) from None
        if not model and provider is not Provider.OFFLINE:
            raise UnknownModel(f"{name!r} names a provider but no model: write {provider}:model")
        return cls(provider, model or provider)

    def __str__(self) -> str:
        return self.provider if self.model == self.provider else f"{self.provider}:{self.model}"
