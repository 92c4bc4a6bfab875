"""A kind of account: its fields, which of them are secret, and the service that they lead to."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar, runtime_checkable

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, field_validator

from cci_app.core.errors import InvalidInput
from cci_app.core.outside.addresses import OPERATOR, PLAIN_HTTP
from cci_app.core.text import clean
from config.settings import Environment, Settings

LONGEST_VALUE = 16_384


class Checkable(Protocol):
    """A service that can be tried."""

    def check(self) -> Iterator[str]:
        """Say what works, one sentence after the other. Raises CciError for what does not."""


@runtime_checkable
class Closable(Protocol):
    """A service that holds connections."""

    def close(self) -> None:
        """Close them."""


def tried(service: Checkable) -> Iterator[str]:
    """Have a service, opened to be tried, say what works; then close it. Raises CciError for what does not."""
    try:
        yield from service.check()
    finally:
        if isinstance(service, Closable):
            service.close()


class Fields(BaseModel):
    """What an account consists of. A field of type SecretStr is a secret: it is sealed, and never shown again."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    # The settings whose environment variables hold the fields of the installation's own account.
    variables: ClassVar[Mapping[str, str]] = {}

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if len(value) > LONGEST_VALUE:
            raise ValueError(f"has more than {LONGEST_VALUE} characters")
        return clean(value).strip()

    @classmethod
    def secret_names(cls) -> frozenset[str]:
        """The names of the fields that are secrets."""
        return frozenset(
            name
            for name, described in cls.model_fields.items()
            if described.annotation in {SecretStr, SecretStr | None}
        )

    @classmethod
    def together(cls, settings: Mapping[str, Any], secrets: Mapping[str, Any]) -> dict[str, Any]:
        """Settings and secrets as one; each where it belongs, so that no secret is shown for a setting.

        Raises InvalidInput.
        """
        names = cls.secret_names()
        faults = {name: ["is a secret: give it among the secrets"] for name in settings if name in names}
        faults |= {name: ["is no secret: give it among the settings"] for name in secrets if name not in names}
        if faults:
            told = "; ".join(f"{name} {fault}" for name, (fault,) in faults.items())
            raise InvalidInput(f"the account cannot be used: {told}", details=faults)
        return {**settings, **secrets}

    @classmethod
    def read(cls, values: Mapping[str, Any], settings: Settings) -> Self:
        """The fields of an account that an organisation adds. Raises InvalidInput, whose details name each fault."""
        try:
            return cls.model_validate(values, context={PLAIN_HTTP: settings.fetch_loopback})
        except ValidationError as error:
            faults = _faults(error)
            raise InvalidInput(
                f"the account cannot be used: {'; '.join(f'{name} {fault}' for name, fault in faults)}",
                details={name: [fault] for name, fault in faults},
            ) from None

    @classmethod
    def of_environment(cls, settings: Settings, kind: str) -> Self:
        """The fields of the account that the environment's variables make. Raises InvalidInput, which names them."""
        try:
            return cls._validated(settings)
        except ValidationError as error:
            missing = [cls.variable(str(fault["loc"][0])) for fault in error.errors() if fault["type"] == "missing"]
            if missing:
                told = f"the account {kind} needs {', '.join(missing)} to be set"
            else:
                told = "; ".join(f"{cls.variable(name)} {fault}".strip() for name, fault in _faults(error))
            raise InvalidInput(told) from None

    @classmethod
    def _validated(cls, settings: Settings) -> Self:
        values = {
            name: value
            for name, variable in cls.variables.items()
            if (value := getattr(settings, variable)) is not None
        }
        plain_http = settings.environment is not Environment.PRODUCTION
        return cls.model_validate(values, context={OPERATOR: True, PLAIN_HTTP: plain_http})

    @classmethod
    def faults_of_environment(cls, settings: Settings) -> Iterator[str]:
        """What is wrong with the variables that are set; whether those that are not were needed, their use tells."""
        try:
            cls._validated(settings)
        except ValidationError as error:
            for name, fault in _faults(error):
                variable = cls.variables.get(name)
                if variable is not None and getattr(settings, variable) is not None:
                    yield f"{cls.variable(name)} {fault} ({type(settings).model_fields[variable].description})"

    @classmethod
    def in_environment(cls, settings: Settings) -> bool:
        """Whether the environment's variables hold a secret of this kind."""
        variables = [cls.variables[name] for name in cls.secret_names() if name in cls.variables]
        return any(getattr(settings, variable) is not None for variable in variables)

    @classmethod
    def variable(cls, name: str) -> str:
        """The environment variable of a field; empty for what is no field."""
        return cls.variables.get(name, "").upper()

    @classmethod
    def in_own_words(cls, sentence: str) -> str:
        """A sentence that names environment variables, for an account that has none: its fields instead."""
        for name in sorted(cls.variables, key=lambda name: -len(cls.variables[name])):
            sentence = sentence.replace(cls.variable(name), name)
        return sentence

    def public(self) -> dict[str, Any]:
        """What may be shown, as JSON."""
        return self.model_dump(mode="json", exclude=set(self.secret_names()), exclude_none=True)

    def secrets(self) -> dict[str, str]:
        """The secrets that are set, to be sealed."""
        held = {name: getattr(self, name) for name in self.secret_names()}
        return {name: value.get_secret_value() for name, value in held.items() if value is not None}


def _faults(error: ValidationError) -> list[tuple[str, str]]:
    """Field and what is wrong with it, to be read one after the other; the values are in none of it."""
    faults = []
    for fault in error.errors(include_input=False, include_url=False):
        name = ".".join(map(str, fault["loc"]))
        said = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "missing":
            said = "is missing"
        elif fault["type"] == "extra_forbidden":
            said = "is no field of it"
        elif fault["type"] != "value_error":
            said = f"cannot be used: {said[:1].lower()}{said[1:]}"
        faults.append((name, said))
    return faults


F = TypeVar("F", bound=Fields)
S = TypeVar("S", bound=Checkable)


def _nothing(_: Any) -> None:
    return None


@dataclass(frozen=True, slots=True)
class AccountKind(Generic[F, S]):
    """A kind of account.

    `open` makes the service of an account, speaking to nobody yet. `outside_id` is what the service calls the account,
    where messages from there name it.
    """

    name: str
    title: str
    fields: type[F]
    open: Callable[[F, Settings], S]
    outside_id: Callable[[F], str | None] = field(default=_nothing)

    def of_environment(self, settings: Settings) -> S:
        """The service of the account that the environment's variables make. Raises InvalidInput, which names them."""
        return self.open(self.fields.of_environment(settings, self.name), settings)
