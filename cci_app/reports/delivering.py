"""Reports on their way: to each person once, as a mail with a page or as a few lines; on request or by schedule."""

import uuid
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from cci_app.channels.enclosed import LetterFile
from cci_app.channels.message import Letter, Part, Text
from cci_app.conversation.telling import tell
from cci_app.coordination.changing import found
from cci_app.coordination.models import Collaborator, OutsideKind
from cci_app.coordination.ways import account_for, language_of, user_id_at
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, InvalidInput, NotFound
from cci_app.core.queue import Task, ring
from cci_app.jobs.claims import claimed
from cci_app.jobs.models import Frequency, Schedule
from cci_app.jobs.schedules import add_schedule
from cci_app.reports.figures import ReportScope, ReportSpan, span_of
from cci_app.reports.making import make_report
from cci_app.reports.models import WorkReport
from cci_app.reports.page import as_page
from cci_app.reports.words import ReportTexts, texts_of

# What a schedule keeps of what its reports are about.
_ABOUT: Final = ("project_id", "person_id", "send_to", "pdf")


def send_report(report: WorkReport, people: Sequence[int], *, pdf: bool = False) -> list[dict[str, Any]]:
    """Send a report to these people by the first of their ways, to each once; how it went to each, or why not.

    With `pdf` a mail carries the paper. Raises NotFound for who is not there.
    """
    whose, rang, told = report.organisation_id, list[int](), dict[int, dict[str, Any]]()
    worded: dict[tuple[str, bool], Part] = {}
    for person_id in dict.fromkeys(people):
        message_id, told[person_id] = _sent(report, person_id, worded, pdf=pdf)
        rang += [message_id] if message_id is not None else []
    with tenant_transaction(whose) as session:
        kept = found_report(session, report)
        before = {each["person_id"]: each for each in kept.deliveries}
        kept.deliveries = [*{**told, **{who: each for who, each in before.items() if each["sent"]}}.values()]
        session.flush()
    for message_id in rang:
        ring(Task.SEND, str(message_id))
    return [*told.values()]


def found_report(session: Any, report: WorkReport) -> WorkReport:
    """The report's row, that nobody else changes meanwhile."""
    chosen = sa.select(WorkReport).where(
        WorkReport.organisation_id == report.organisation_id, WorkReport.id == report.id
    )
    kept: WorkReport | None = session.scalars(chosen.with_for_update()).one_or_none()
    if kept is None:
        raise NotFound(f"there is no report {report.id}")
    return kept


def _sent(
    report: WorkReport, person_id: int, worded: dict[tuple[str, bool], Part], *, pdf: bool
) -> tuple[int | None, dict[str, Any]]:
    """What became of it; `worded` is the report as it was written already, by language and whether as a mail."""
    whose = report.organisation_id
    with tenant_transaction(whose) as session:
        person = found(session, Collaborator, whose, person_id)
        way = person.reach[0] if person.reach and person.left_on is None else None
        language = language_of(session, whose, person.language)
    told: dict[str, Any] = {"person_id": person_id, "via": way["via"] if way else None, "sent": False, "reason": None}
    if way is None:
        return None, {**told, "reason": "nobody knows how to reach them"}
    via = OutsideKind(way["via"])
    try:
        account, user_id = account_for(whose, via), user_id_at(via, way["to"])
    except (Conflict, InvalidInput) as error:
        return None, {**told, "reason": error.message}
    kind = (language, via is OutsideKind.EMAIL)
    if kind not in worded:
        worded[kind] = _part(texts_of(report, language), via, pdf=pdf)
    with tenant_transaction(whose) as session:
        message_id = tell(session, account, user_id, worded[kind], f"report {report.id} to {person_id}")
    return message_id, {**told, "sent": True}


def _part(texts: ReportTexts, via: OutsideKind, *, pdf: bool) -> Part:
    if via is not OutsideKind.EMAIL:
        return Text(texts.short)
    enclosed = (_paper(texts),) if pdf else ()
    return Letter(" ".join(f"{texts.title}, {texts.span}".split()), texts.plain, as_page(texts), enclosed)


def _paper(texts: ReportTexts) -> LetterFile:
    # What makes papers brings fonts and pictures with it: whoever sends none does not carry it.
    from cci_app.reports.paper import as_paper

    return LetterFile(paper_name(texts.report), "application/pdf", b64encode(as_paper(texts)).decode("ascii"))


def paper_name(report: WorkReport) -> str:
    """What the file of a report's paper is called."""
    return f"report-{report.period}-{report.ends}.pdf"


def schedule_reports(organisation_id: int, when: Mapping[str, Any], about: Mapping[str, Any]) -> Schedule:
    """Have a report made and sent again and again. Raises NotFound for what or who is not there, Conflict."""
    with tenant_transaction(organisation_id) as session:
        for person_id in filter(None, (about.get("person_id"), *about["send_to"])):
            found(session, Collaborator, organisation_id, person_id)
    payload = {name: about.get(name) for name in _ABOUT}
    return add_schedule(organisation_id, Task.REPORT, {**when, "payload": payload})


def payload_of(schedule: Schedule, on: date) -> dict[str, Any]:
    """What the schedule's run of that day is asked: the day, week or month before it."""
    span = span_of(Frequency(schedule.frequency), on)
    days = {"period": span.period.value, "starts": str(span.starts), "ends": str(span.ends)}
    return {**schedule.payload, **days}


def run_report(job_id: uuid.UUID) -> None:
    """Make and send a report that a job asks for: once, however often it is tried."""
    with claimed(job_id) as claim:
        if claim is None:
            return
        asked = claim.payload
        span = ReportSpan(
            Frequency(asked["period"]), date.fromisoformat(asked["starts"]), date.fromisoformat(asked["ends"])
        )
        scope = ReportScope(claim.organisation_id, asked.get("project_id"), asked.get("person_id"))
        report = make_report(scope, span, key=f"job {job_id}")
        told = send_report(
            report, _still_there(claim.organisation_id, asked.get("send_to") or ()), pdf=bool(asked.get("pdf"))
        )
        claim.result = {"report_id": report.id, "sent": sum(each["sent"] for each in told), "asked": len(told)}


def _still_there(organisation_id: int, people: Sequence[int]) -> list[int]:
    """Those of them who were not forgotten since."""
    chosen = sa.select(Collaborator.id).where(
        Collaborator.organisation_id == organisation_id, Collaborator.id.in_(people)
    )
    with tenant_transaction(organisation_id) as session:
        known = set(session.scalars(chosen))
    return [each for each in people if each in known]
