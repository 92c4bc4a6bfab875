"""The kinds of actions, and what each needs to know; checked when it is proposed and again when it is done."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cci_app.coordination.models import (
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_HOURS,
    AiActionKind,
    TaskPriority,
    TaskStatus,
)
from cci_app.core.errors import InvalidInput


class ActionData(BaseModel):
    """What an action needs to know. `task_id` is the task that it is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task_id: int


class NewTaskData(BaseModel):
    """A task to give."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    project_id: int
    title: str = Field(min_length=1, max_length=LONGEST_NAME)
    description: str = Field("", max_length=LONGEST_TEXT)
    assignee_id: int | None = None
    due_date: date | None = None
    priority: TaskPriority = TaskPriority.MEDIUM
    estimate_hours: Decimal | None = Field(None, ge=0, le=MOST_HOURS)


class AssignmentData(ActionData):
    """Whose a task becomes, None for nobody's, and whether they are told."""

    assignee_id: int | None
    tell: bool = False


class StatusData(ActionData):
    """How far a task becomes."""

    status: TaskStatus


class ChangeData(ActionData):
    """What changes of a task: what is left out stays."""

    priority: TaskPriority | None = None
    due_date: date | None = None
    estimate_hours: Decimal | None = Field(None, ge=0, le=MOST_HOURS)


class CommentData(ActionData):
    """Words about a task."""

    text: str = Field(min_length=1, max_length=LONGEST_TEXT)


class TimeData(ActionData):
    """Hours that were spent on a task."""

    hours: Decimal = Field(gt=0, le=1_000)
    note: str = Field("", max_length=300)


class TellData(ActionData):
    """Somebody is told of a task."""

    person_id: int
    text: str = Field("", max_length=1_000)


DATA_OF: Final[Mapping[AiActionKind, type[BaseModel]]] = {
    AiActionKind.CREATE_TASK: NewTaskData,
    AiActionKind.ASSIGN: AssignmentData,
    AiActionKind.UPDATE_STATUS: StatusData,
    AiActionKind.UPDATE_TASK: ChangeData,
    AiActionKind.COMMENT: CommentData,
    AiActionKind.LOG_TIME: TimeData,
    AiActionKind.NOTIFY: TellData,
}


def read_data(kind: AiActionKind, data: Mapping[str, Any]) -> Any:
    """The data of an action of that kind. Raises InvalidInput, with each fault by its field."""
    try:
        return DATA_OF[kind].model_validate(data)
    except ValidationError as error:
        faults: dict[str, Any] = {}
        for fault in error.errors(include_url=False, include_input=False):
            faults.setdefault(".".join(map(str, fault["loc"])) or "data", []).append(fault["msg"])
        raise InvalidInput(f"the data does not fit an action {kind}", details={"data": faults}) from None
