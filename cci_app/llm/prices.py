"""What models cost: content of a file, because prices change and are not ours to know."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from cci_app.core.errors import CannotStart
from cci_app.core.yaml_text import NotYaml, read_yaml
from cci_app.llm.calls import Tokens
from cci_app.llm.names import ModelName

_MILLION = 1_000_000


class Price(BaseModel):
    """The price of a million tokens that a model reads and writes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)


class Prices(BaseModel):
    """Prices in one currency by the name of the model; a model that is not there has no known price."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "USD"
    per_million_tokens: dict[str, Price] = Field(default_factory=dict)

    @field_validator("per_million_tokens")
    @classmethod
    def _names_models(cls, prices: dict[str, Price]) -> dict[str, Price]:
        return {str(ModelName.parse(name)): price for name, price in prices.items()}

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file of prices. Raises CannotStart, naming the file and what is wrong in it."""
        try:
            content: Any = read_yaml(path.read_text(encoding="utf-8"))
            return cls.model_validate(content)
        except ValidationError as error:
            faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
            raise CannotStart(f"{path}: {'; '.join(faults)}") from error
        except (OSError, UnicodeDecodeError, NotYaml) as error:
            raise CannotStart(f"{path}: {error}") from error

    def cost(self, name: ModelName, tokens: Tokens) -> Decimal | None:
        """What these tokens cost, None where the model's price is not known."""
        price = self.per_million_tokens.get(str(name))
        return None if price is None else (price.input * tokens.input + price.output * tokens.output) / _MILLION
