"""What may be wrong with a change of the work, each by its own code."""

from collections.abc import Mapping
from typing import Any

from cci_app.core.errors import Conflict, InvalidInput


class VersionConflict(Conflict):
    """Somebody else changed it meanwhile; `details` has what they made of it and what was asked for."""

    code = "version_conflict"

    def __init__(self, current: Mapping[str, Any], yours: Mapping[str, Any]) -> None:
        told = f"it was changed meanwhile, and is at version {current['version']}: look at `current` and send again"
        super().__init__(told, details={"current": dict(current), "yours": dict(yours)})


class TaskCircle(InvalidInput):
    """A task would be, at some depth, its own sub-task."""

    code = "task_circle"


class DatesReversed(InvalidInput):
    """It would be due before it begins."""

    code = "due_before_start"


class UnknownStatus(InvalidInput):
    """There is no such status."""

    code = "unknown_status"


class UnknownPerson(InvalidInput):
    """Nobody of the organisation's collaborators is called so, or several are."""

    code = "unknown_person"


class PersonLeft(Conflict):
    """Whoever has left gets no work."""

    code = "person_left"


class RecurrenceUnclear(InvalidInput):
    """The rule by which a task comes again cannot be read, or never comes."""

    code = "bad_recurrence"
