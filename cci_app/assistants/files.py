"""Assistants from their files."""

from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from cci_app.assistants.ports import AssistantKey
from cci_app.assistants.spec import AssistantSpec
from cci_app.core.errors import CannotStart
from cci_app.core.tenants import NamedOrganisations
from cci_app.core.yaml_text import NotYaml, read_yaml

# In ASSISTANTS_SHARED_WITH: every organisation.
EVERYBODY = "*"


class SpecError(CannotStart):
    """An assistant's file that cannot be used; the message names the file, the field and what is wrong."""


def load_specs(folder: Path) -> dict[str, AssistantSpec]:
    """Read every `*.yaml` in `folder` and return the assistants by name.

    Raises SpecError for a folder without assistants, a file that is no YAML or no assistant, a name used twice or other
    than the file's.
    """
    specs: dict[str, AssistantSpec] = {}
    for path in sorted(folder.glob("*.yaml")):
        spec = load_spec(path)
        if spec.name != path.stem:
            raise SpecError(f"{path}: name: {spec.name!r} should be {path.stem!r}, as the file is called")
        specs[spec.name] = spec
    if not specs:
        raise SpecError(f"{folder}: no assistant here (*.yaml)")
    return specs


def load_contents(folder: Path) -> dict[str, dict[str, Any]]:
    """What stands in the files of a folder that `load_specs` has read, by the assistants' names."""
    return {path.stem: read_file(path) for path in sorted(folder.glob("*.yaml"))}


def load_spec(path: Path) -> AssistantSpec:
    """Read one assistant's file. Raises SpecError."""
    content = read_file(path)
    try:
        return AssistantSpec.model_validate(content)
    except ValidationError as error:
        raise SpecError(f"{path}: {problems_of(error)}") from error


def read_file(path: Path) -> dict[str, Any]:
    """What stands in an assistant's file. Raises SpecError for one that is no mapping in YAML."""
    try:
        content: Any = read_yaml(path.read_text(encoding="utf-8"), ours=True)
    except (OSError, UnicodeDecodeError, NotYaml) as error:
        raise SpecError(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise SpecError(f"{path}: an assistant is a mapping of fields, this is not")
    return content


def problems_of(error: ValidationError, inside: str = "") -> str:
    """What is wrong with an assistant's content, each problem after the field that it is about."""
    problems = []
    for problem in error.errors(include_url=False):
        place = ".".join((*([inside] if inside else []), *map(str, problem["loc"])))
        cause = problem.get("ctx", {}).get("error")
        if isinstance(cause, ValidationError):  # of an agent's content, which is read by its kind
            problems.append(problems_of(cause, place))
            continue
        message = problem["msg"].removeprefix("Value error, ")
        problems.append(f"{place}: {message}" if place else message)
    return "; ".join(problems)


class Files:
    """The assistants of a folder. They are the default organisation's, and of those that it shares them with."""

    def __init__(
        self,
        specs: Mapping[str, AssistantSpec],
        owner: str,
        shared_with: Collection[str],
        contents: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """`owner` and `shared_with` are short names of organisations; `contents` is what stands in the files."""
        self._specs = dict(specs)
        self._contents = dict(contents or {})
        self._keys = MappingProxyType({name: AssistantKey(owner, name, spec.version) for name, spec in specs.items()})
        self._everybody = EVERYBODY in shared_with
        self._organisations = NamedOrganisations({owner, *shared_with} - {EVERYBODY})

    def serving(self, organisation_id: int) -> Mapping[str, AssistantKey]:
        """All of them, or none."""
        return self._keys if self._everybody or organisation_id in self._organisations else {}

    def version(self, organisation_id: int, name: str, version: int) -> AssistantKey | None:
        """See AssistantSource."""
        key = self.serving(organisation_id).get(name)
        return key if key is not None and key.version == version else None

    def has(self, name: str) -> bool:
        """Whether there is a file of that assistant."""
        return name in self._specs

    def content(self, name: str) -> Mapping[str, Any]:
        """What stands in the file of an assistant that there is."""
        return self._contents[name]

    def version_of(self, name: str) -> int:
        """Which version the file of an assistant that there is says that it is."""
        return self._specs[name].version

    def forget(self, organisation_id: int) -> None:
        """See AssistantSource: files are read once."""

    def spec(self, key: AssistantKey) -> AssistantSpec | None:
        """The file's content: it has one version."""
        return self._specs[key.name] if self._keys.get(key.name) == key else None
