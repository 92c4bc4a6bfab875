"""What was done with a task, as one tells it."""

from collections.abc import Mapping

from babel.dates import format_datetime

from cci_app.agents.work.wording import WorkWording
from cci_app.coordination.models import ProjectEvent


def recounted(say: WorkWording, event: ProjectEvent, title: str, people: Mapping[int, str]) -> str:
    """An event in one sentence: who did what, and when."""
    at = format_datetime(event.at.astimezone(say.zone), format="d MMM HH:mm", locale=say.language)
    told = {"at": at, "who": event.name, "title": say.title(title)}
    changes = event.changes
    if event.act == "task.created":
        return say("event_created", **told)
    if event.act == "comment.added":
        return say("event_comment", **told)
    if event.act == "time.logged" and "spent_hours" in changes:
        before, after = (float(each or 0) for each in changes["spent_hours"])
        return say("event_time", **told, hours=say.figure(after - before))
    if event.act == "task.changed" and "status" in changes:
        return say("event_status", **told, status=say.status(changes["status"][1]))
    if event.act == "task.changed" and people.get((changes.get("assignee_id") or [None, None])[1] or 0):
        return say("event_assigned", **told, person=people[changes["assignee_id"][1]])
    return say("event_changed", **told)
