"""What may differ between two versions of an assistant, and the assistant that changes make."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from pydantic import ValidationError

from cci_app.assistants.files import problems_of
from cci_app.assistants.spec import AssistantSpec
from cci_app.core.errors import InvalidInput

# Of a file's version 2 the organisation's versions are 2001 to 2999.
PLACES: Final = 1_000
# Who an assistant is does not differ: its name and its agents' are what the record knows it by.
CHANGEABLE: Final = ("model", "silence", "feedback", "texts", "agents")


def with_changes(content: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`content` with the fields of `changes`: objects are merged, all else is replaced, null takes a field away."""
    made = dict(content)
    for name, value in changes.items():
        if value is None:
            made.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(made.get(name), Mapping):
            made[name] = with_changes(made[name], value)
        else:
            made[name] = deepcopy(value)
    return made


def changed_spec(content: Mapping[str, Any], changes: Mapping[str, Any], version: int) -> AssistantSpec:
    """The assistant that a file's content makes with those changes. Raises InvalidInput, which names what is wrong."""
    unknown = sorted(set(changes) - set(CHANGEABLE))
    if unknown:
        told = f"these cannot differ between versions: {', '.join(unknown)}; what can: {', '.join(CHANGEABLE)}"
        raise InvalidInput(told, details={"changes": [told]})
    agents = changes.get("agents") or {}
    known = content["agents"]
    if not isinstance(agents, Mapping) or any(
        name not in known or not isinstance(value, Mapping) or "kind" in value for name, value in agents.items()
    ):
        told = f"agents: name fields of those that there are ({', '.join(sorted(known))}), but not their kind"
        raise InvalidInput(told, details={"changes": [told]})
    try:
        return AssistantSpec.model_validate({**with_changes(content, changes), "version": version})
    except ValidationError as error:
        told = problems_of(error)
        raise InvalidInput(f"the assistant cannot be used so: {told}", details={"changes": [told]}) from None
