"""Plans: how much an organisation may use. Content of a file; what an organisation agreed to is kept with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints, ValidationError

from cci_app.core.errors import CannotStart
from cci_app.core.yaml_text import NotYaml, read_yaml

PlanName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
_MOST: Final = 10**12


class Plan(BaseModel):
    """What may be used in a billing period; None is not limited.

    `messages` that are answered and `tokens` that models read and write, `documents` and `chatbots` that there are,
    `rate`: messages in an hour, `length`: characters of a message.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    messages: int | None = Field(None, ge=0, le=_MOST)
    tokens: int | None = Field(None, ge=0, le=_MOST)
    documents: int | None = Field(None, ge=0, le=_MOST)
    chatbots: int | None = Field(None, ge=0, le=_MOST)
    rate: int | None = Field(None, ge=1, le=_MOST)
    length: int | None = Field(None, ge=1, le=_MOST)

    def figures(self) -> dict[str, int]:
        """Those that are limited."""
        figures: dict[str, int] = self.model_dump(exclude_none=True)
        return figures


class _Plans(RootModel[dict[PlanName, Plan]]):
    """The file."""


def load_plans(path: Path) -> Mapping[str, Plan]:
    """Read a file of plans. Raises CannotStart, naming the file and what is wrong in it."""
    try:
        content: Any = read_yaml(path.read_text(encoding="utf-8"))
        return _Plans.model_validate(content).root
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise CannotStart(f"{path}: {'; '.join(faults)}") from error
    except (OSError, UnicodeDecodeError, NotYaml) as error:
        raise CannotStart(f"{path}: {error}") from error
