"""A mapping: how a CRM is asked, what stands where in its records, and what its values mean.

It is a file of `config/coordination/crm/`, checked when it is read: what is wrong is named by its place in the file.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cci_app.core.errors import InvalidInput
from cci_app.core.yaml_text import NotYaml, read_yaml

FOLDER: Final = Path(__file__).parents[3] / "config" / "coordination" / "crm"
NAME_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,63}$"
_LONGEST: Final = 50_000
_PLACE: Final = re.compile(r"\{([^{}]*)\}")

# Of each object its fields; of those with a choice what may be chosen.
TASK_FIELDS: Final[Mapping[str, tuple[str, ...] | None]] = {
    "title": None,
    "description": None,
    "status": ("todo", "in_progress", "done"),
    "priority": ("low", "medium", "high"),
    "start_date": None,
    "due_date": None,
    "estimate_hours": None,
}
LEAD_FIELDS: Final[Mapping[str, tuple[str, ...] | None]] = {
    **dict.fromkeys(("name", "phone", "email", "company", "interest", "thing", "plan", "summary", "contact")),
    **dict.fromkeys(("assistant", "score", "day")),
    "visit": ("yes", "no"),
}
_FIELDS: Final = {"task": TASK_FIELDS, "lead": LEAD_FIELDS}
_DAYS: Final = frozenset({"start_date", "due_date", "day"})

JsonPath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_@$-]{1,100}(\.[A-Za-z0-9_@$-]{1,100}){0,7}$")]
Plain = str | int | float | bool | None
Means = dict[str, str]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CrmPlaces(_Strict):
    """Where a record says which it is, when it was last changed, and, where it can, what it is called here."""

    id: JsonPath
    changed_at: JsonPath
    key: JsonPath | None = None


class CrmRequest(_Strict):
    """A request. `query` and `body` may hold names in braces; what names a page that is none yet is left out."""

    method: Literal["GET", "POST", "PUT", "PATCH"] = "GET"
    path: str = Field(pattern=r"^/[^?#\s]{0,300}$")
    query: dict[str, str] = {}
    body: dict[str, Any] | None = None

    def names(self) -> set[str]:
        """The names in braces."""
        return {name for text in _texts([self.path, self.query, self.body]) for name in _PLACE.findall(text)}


class CrmListRequest(CrmRequest):
    """What changed `{since}`: where the records stand in the answer, and where the next `{page}` is named.

    `numbered` pages are 1, 2 and so on, until one is empty. With `oldest_first` the list may be asked anew from where
    it was read up to, however long it is.
    """

    items: JsonPath | None = None
    next: JsonPath | None = None
    numbered: bool = False
    oldest_first: bool = False
    since: Literal["iso", "seconds", "milliseconds"] = "iso"


class CrmWriteRequest(CrmRequest):
    """A change: where its record stands in the answer, and what is always written with it."""

    record: JsonPath | None = None
    fixed: dict[JsonPath, Plain] = {}


class CrmFindRequest(CrmRequest):
    """A look for the record that is called `{key}` here."""

    items: JsonPath | None = None


class CrmFieldPair(_Strict):
    """A field here and one there. `means` says what each of their values is here, `write` what is written for ours."""

    ours: str
    theirs: JsonPath
    direction: Literal["in", "out", "both"] = "both"
    required: bool = False
    means: Means | None = None
    write: dict[str, Plain] | None = None
    kind: Literal["text", "html", "number", "date", "moment"] | None = Field(None, alias="as")

    @property
    def comes_in(self) -> bool:
        """Whether it is taken in."""
        return self.direction != "out"

    @property
    def goes_out(self) -> bool:
        """Whether it is given out."""
        return self.direction != "in"


class CrmMapping(_Strict):
    """How tasks, or leads, and the records of a CRM are the same. `empty` is what is written for nothing.

    Leads are only given out: `list` and `one` are of tasks.
    """

    object: Literal["task", "lead"]
    records: CrmPlaces
    list: CrmListRequest | None = None
    one: CrmWriteRequest | None = None
    create: CrmWriteRequest | None = None
    update: CrmWriteRequest | None = None
    find: CrmFindRequest | None = None
    empty: Plain = None
    fields: tuple[CrmFieldPair, ...] = Field(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        faults = [*self._questions(), *self._pairs()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _questions(self) -> Iterator[str]:
        allowed = {"list": {"since", "page"}, "one": {"id"}, "create": set[str](), "update": {"id"}, "find": {"key"}}
        for name, names in allowed.items():
            question: CrmRequest | None = getattr(self, name)
            if question is None:
                continue
            for each in sorted(question.names() - names):
                yield f"{name}: there is no {{{each}}} to be filled in"
            if name in {"one", "update", "find"} and not names <= question.names():
                yield f"{name}: {{{min(names)}}} has to stand in it"
        for name in ("create", "update"):
            yield from self._fixed(name)
        if self.list is not None:
            if ("page" in self.list.names()) != (self.list.next is not None or self.list.numbered):
                yield "list: {page} goes with `next`, or with `numbered`"
            if self.list.next is not None and self.list.numbered:
                yield "list: either `next` or `numbered`"
        if (self.find is None) != (self.records.key is None):
            yield "find: it goes with records.key, by which records are found again"
        if self.create is not None and self.update is None:
            yield "update: what is made has to be changed, too"
        needed, unknown = (("list",), ()) if self.object == "task" else (("create",), ("list", "one"))
        yield from (f"{name}: is missing" for name in needed if getattr(self, name) is None)
        yield from (f"{name}: leads are only given out" for name in unknown if getattr(self, name) is not None)

    def _fixed(self, name: str) -> Iterator[str]:
        question: CrmWriteRequest | None = getattr(self, name)
        for path, value in question.fixed.items() if question is not None else ():
            if isinstance(value, str) and _PLACE.search(value) and value != "{now}":
                yield f"{name}.fixed.{path}: only {{now}} can be filled in, as the whole value"

    def _pairs(self) -> Iterator[str]:
        for which in ("ours", "theirs"):
            names = [getattr(pair, which) for pair in self.fields]
            for twice in sorted({name for name in names if names.count(name) > 1}):
                yield f"fields: {twice} is there twice"
        if self.object == "task" and not any(pair.ours == "title" and pair.comes_in for pair in self.fields):
            yield "fields: a task needs a title that comes in"
        for pair in self.fields:
            yield from (f"fields.{pair.ours}: {fault}" for fault in _pair_faults(self.object, pair))


def _pair_faults(thing: str, pair: CrmFieldPair) -> Iterator[str]:
    fields = _FIELDS[thing]
    if pair.ours not in fields:
        yield f"a {thing} has no such field; it has {', '.join(fields)}"
        return
    if thing == "lead" and pair.comes_in:
        yield "a lead is only given out: `direction: out`"
        return
    choices, means, write = fields[pair.ours], pair.means or {}, pair.write or {}
    if choices is None:
        if pair.means is not None or pair.write is not None:
            yield "means and write are for what is chosen, as a status"
        if (pair.ours in _DAYS) != (pair.kind in {"date", "moment"}):
            yield "a day is `as: date` or `as: moment`, and nothing else is"
        if (pair.ours == "estimate_hours") != (pair.kind == "number"):
            yield "hours are `as: number`, and nothing else is"
        return
    for value, ours in means.items():
        if ours not in choices:
            yield f"means.{value}: {ours} is none of {', '.join(choices)}"
    for ours in write:
        if ours not in choices:
            yield f"write.{ours}: is none of {', '.join(choices)}"
    if pair.comes_in and not means:
        yield "means: says what each of their values is here"
    if pair.goes_out:
        for ours in (each for each in choices if each not in write):
            yield f"write.{ours}: is missing"
    if pair.direction == "both":
        for ours, written in write.items():
            back = means.get(plainly_said(written))
            if ours in choices and back != ours:
                yield f"write.{ours}: {plainly_said(written)} would come back as {back or 'nothing'}"


def plainly_said(value: Plain) -> str:
    """A value as a table names it: 1 and "1" are the same, nothing is the empty text."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def read_mapping(text: str) -> CrmMapping:
    """A mapping out of YAML. Raises InvalidInput that names each place."""
    if len(text) > _LONGEST:
        raise InvalidInput(f"a mapping has at most {_LONGEST} characters")
    try:
        return CrmMapping.model_validate(_with_text_keys(read_yaml(text)))
    except NotYaml as error:
        places = [str(error)]
    except ValidationError as error:
        places = [place for each in error.errors() for place in _places(each)][:20]
    except RecursionError:
        places = ["nested too deeply"]
    raise InvalidInput(f"the mapping cannot be used: {places[0]}", details={"mapping": places}) from None


def mappings() -> dict[str, str]:
    """The mappings that there are, by name, with the object that each is of."""
    return {name: mapping_named(name).object for name in _names()}


@lru_cache(maxsize=16)
def mapping_named(name: str) -> CrmMapping:
    """The mapping of that name. Raises InvalidInput."""
    path = FOLDER / f"{name}.yaml"
    if not re.match(NAME_PATTERN, name) or not path.is_file():
        there = ", ".join(_names())
        raise InvalidInput(f"there is no mapping {name[:64]}; there are: {there}")
    try:
        return read_mapping(path.read_text(encoding="utf-8"))
    except InvalidInput as error:
        raise InvalidInput(f"{name}.yaml: {error.message}", details=error.details) from None


def _names() -> list[str]:
    return sorted(each.stem for each in FOLDER.glob("*.yaml"))


def _places(error: Any) -> list[str]:
    where = ".".join(map(str, error["loc"]))
    said = error["msg"].removeprefix("Value error, ")
    return [f"{where}: {said}"] if where else said.split("; ")


def _with_text_keys(value: Any) -> Any:
    """The same with texts as keys, as JSON has them: YAML reads the 1 of a table as a number, and nothing as none."""
    if isinstance(value, dict):
        return {plainly_said(key): _with_text_keys(each) for key, each in value.items()}
    return [_with_text_keys(each) for each in value] if isinstance(value, list) else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
