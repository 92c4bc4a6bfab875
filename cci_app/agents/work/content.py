"""What an assistant's file says of an agent of the work: its role, how people ask, and its sentences."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from cci_app.agents.kind import AgentContent
from cci_app.language.localised import Content, Localised, LocalisedList, Plain, allowing
from cci_app.tools.built_in.work import WorkTool

RoleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class WorkIntent(StrEnum):
    """What a message wants of the work: a question, or a change."""

    LIST = "list"
    SUMMARY = "summary"
    PERFORMANCE = "performance"
    DETAILS = "details"
    PROGRESS = "progress"
    COUNT = "count"
    RECENT = "recent"
    SPECIFIC = "specific"
    ASSIGNMENT = "assignment"
    OVERDUE = "overdue"
    COMPLETED = "completed"
    IN_PROGRESS = "in_progress"
    GENERAL = "general"
    HANDBOOK = "handbook"
    BREACHES = "breaches"
    CREATE = "create"
    ASSIGN = "assign"
    MOVE = "move"
    COMMENT = "comment"
    LOG_TIME = "log_time"
    NOTIFY = "notify"
    ON_IT = "on_it"

    @property
    def tool(self) -> WorkTool | None:
        """The tool that changes what is wanted; None for questions."""
        return _TOOLS.get(self)


_TOOLS = {
    WorkIntent.CREATE: WorkTool.CREATE,
    WorkIntent.ASSIGN: WorkTool.ASSIGN,
    WorkIntent.MOVE: WorkTool.MOVE,
    WorkIntent.COMMENT: WorkTool.COMMENT,
    WorkIntent.LOG_TIME: WorkTool.LOG_TIME,
    WorkIntent.NOTIFY: WorkTool.NOTIFY,
}


def _with(*names: str) -> object:
    return AfterValidator(allowing(*names))


def _in_two(value: Localised) -> Localised:
    for language, text in value.root.items():
        if len(list(filter(str.strip, text.split("|")))) != 2:
            raise ValueError(f"{language}: `|` parts the question from the sentence that it is done")
    return value


def _change(*names: str) -> object:
    return AfterValidator(lambda value: _in_two(allowing(*names)(value)))


_Counted = Annotated[Localised, _with("count", "scope")]
_None = Annotated[Localised, _with("scope")]


class WorkField(Content):
    """The part of the work that a role looks after: tasks with such a label, or with people of such a role."""

    name: Plain
    labels: tuple[Word, ...] = ()
    roles: tuple[Word, ...] = ()


class WorkWords(Content):
    """Words that mean something of the work, in any of the assistant's languages."""

    statuses: dict[Literal["todo", "in_progress", "done"], LocalisedList]
    priorities: dict[Literal["low", "medium", "high"], LocalisedList]
    me: LocalisedList
    nobody: LocalisedList
    more: LocalisedList


class WorkTexts(Content):
    """The sentences. Where a text has two forms, `|` parts that for one from that for several; of a change it parts the
    question whether to do it from the sentence that it is done.

    {scope} is which part of the work is told of, as " de Ana"; it is empty where it is all of it.
    """

    stranger: Plain
    help: Annotated[Localised, _with("name", "duties")]
    media: Plain
    list: _Counted
    no_list: _None
    overdue: _Counted
    no_overdue: _None
    in_progress: _Counted
    no_in_progress: _None
    completed: _Counted
    no_completed: _None
    count: Annotated[Localised, _with("total", "todo", "in_progress", "done", "overdue", "unassigned", "scope")]
    projects: Annotated[Localised, _with("count")]
    summary: Annotated[
        Localised,
        _with("open", "in_progress", "overdue", "unassigned", "due", "completed", "spent", "estimate", "scope"),
    ]
    progress: Annotated[Localised, _with("project", "done", "total", "percent", "overdue", "in_progress", "deadline")]
    deadline: Annotated[Localised, _with("day")]
    no_projects: Plain
    performance: Annotated[Localised, _with("days", "completed", "before", "on_time", "dated", "mean", "scope")]
    no_performance: Annotated[Localised, _with("days", "scope")]
    finisher: Annotated[Localised, _with("person", "count")]
    loaded: Annotated[Localised, _with("people")]
    not_loaded: Plain
    load: Annotated[Localised, _with("person", "open", "overdue", "hours", "week")]
    unestimated: Annotated[Localised, _with("count")]
    no_people: Plain
    recent: _None
    no_recent: _None
    breaches: Annotated[Localised, _with("count", "rules", "scope")]
    no_breaches: _None
    breached_rule: Annotated[Localised, _with("rule", "place", "count", "do")]
    breach: Annotated[Localised, _with("title", "project", "person", "day", "id")]
    event_created: Annotated[Localised, _with("at", "who", "title")]
    event_status: Annotated[Localised, _with("at", "who", "title", "status")]
    event_assigned: Annotated[Localised, _with("at", "who", "title", "person")]
    event_comment: Annotated[Localised, _with("at", "who", "title")]
    event_time: Annotated[Localised, _with("at", "who", "title", "hours")]
    event_changed: Annotated[Localised, _with("at", "who", "title")]
    line: Annotated[Localised, _with("title", "project", "person", "when", "id")]
    late: Annotated[Localised, _with("day", "days")]
    due: Annotated[Localised, _with("day")]
    undated: Plain
    finished: Annotated[Localised, _with("day")]
    nobody: Plain
    more: Annotated[Localised, _with("left")]
    no_more: Plain
    card: Annotated[Localised, _with("title", "id", "project", "status", "priority", "person", "when", "hours")]
    hours: Annotated[Localised, _with("spent", "estimate")]
    hours_spent: Annotated[Localised, _with("spent")]
    comment: Annotated[Localised, _with("who", "text")]
    of_project: Annotated[Localised, _with("project")]
    of_person: Annotated[Localised, _with("person")]
    of_priority: Annotated[Localised, _with("priority")]
    of_nobody: Plain
    of_field: Annotated[Localised, _with("field")]
    of_period: Annotated[Localised, _with("period")]
    which_task: Annotated[Localised, _with("items")]
    no_task: Plain
    which_person: Plain
    which_project: Annotated[Localised, _with("items")]
    which_status: Plain
    what_title: Plain
    what_text: Plain
    what_hours: Plain
    may_not: Annotated[Localised, _with("duties")]
    viewer: Plain
    create: Annotated[Localised, _change("title", "project", "also")]
    create_for: Annotated[Localised, _with("person")]
    create_due: Annotated[Localised, _with("day")]
    create_priority: Annotated[Localised, _with("priority")]
    assign: Annotated[Localised, _change("title", "id", "person")]
    assign_tell: Annotated[Localised, _change("title", "id", "person")]
    move: Annotated[Localised, _change("title", "id", "status")]
    comment_on: Annotated[Localised, _change("title", "id", "text")]
    log_time: Annotated[Localised, _change("title", "id", "hours")]
    notify: Annotated[Localised, _change("title", "id", "person")]
    yes: Plain
    no: Plain
    declined: Plain
    told: Annotated[Localised, _with("person")]
    not_told: Annotated[Localised, _with("person")]
    done_already: Plain
    by_rule: Annotated[Localised, _with("rule")]
    failed: Annotated[Localised, _with("why")]
    rehearsal: Plain
    on_it: Annotated[Localised, _with("titles", "until")]
    nothing_open: Plain
    source: Annotated[Localised, _with("title")]
    page: Annotated[Localised, _with("title", "page")]
    unknown: Plain
    statuses: dict[Literal["todo", "in_progress", "done"], Plain]
    priorities: dict[Literal["low", "medium", "high"], Plain]
    periods: dict[Literal["today", "yesterday", "week", "last_week", "month", "last_month"], Plain]


class WorkContent(AgentContent):
    """An agent of the work, in a role.

    `role` tells its state from those of others; `title` is what it is called, `duties` what it does, as the end of a
    sentence, `tone` how a model words what it says. `tools` are the changes that it may propose. With a `field` it
    speaks of that part of the work alone. `intents` are examples of how people ask, `others` of what is none of it;
    `page` is how many lines a list has.
    """

    kind: Literal["work"]
    role: RoleName
    title: Plain
    duties: Plain
    tone: str = Field("", max_length=1_000)
    tools: tuple[WorkTool, ...] = ()
    field: WorkField | None = None
    page: int = Field(5, ge=1, le=10)
    own_names: tuple[Word, ...] = ()
    intents: dict[WorkIntent, LocalisedList]
    others: LocalisedList
    words: WorkWords
    say: WorkTexts

    @model_validator(mode="after")
    def _has_all_intents(self) -> Self:
        missing = [each.value for each in WorkIntent if each not in self.intents]
        if missing:
            raise ValueError(f"intents: {', '.join(missing)} missing: give each some examples")
        return self

    @property
    def organisation_names(self) -> frozenset[str]:
        """See AgentContent."""
        return frozenset(self.own_names)
