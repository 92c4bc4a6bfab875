"""The way of a new version: a candidate, what it does, a share of the people, then everybody, or back."""

from typing import Any, Final

from flask import Blueprint, request

from cci_app.agents.loop.content import LoopContent
from cci_app.assistants.experiments.models import ExperimentState, Goal
from cci_app.assistants.experiments.register import find_experiment, list_experiments
from cci_app.assistants.experiments.statistics import detectable
from cci_app.assistants.versions.changes import with_changes
from cci_app.conversation.service import get_conversation
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import CciError, InvalidInput, NotFound
from cci_app.core.tenants import timezone_of
from cci_app.core.yaml_text import NotYaml, read_yaml
from cci_app.dashboard.asked import between_commas, loaded, sent
from cci_app.dashboard.frame import go, organisation_id, page
from cci_app.dashboard.words import gettext
from cci_app.evaluation.experiments.ending import adopt, begin, serve, stop
from cci_app.evaluation.experiments.results import by_day, results
from cci_app.evaluation.experiments.schemas import (
    ExperimentPayload,
    ExperimentStopPayload,
    ServePayload,
    VersionPayload,
)
from cci_app.evaluation.experiments.versions import list_versions, make_version
from cci_app.evaluation.simulation.job import ask_for_report, reports_of
from cci_app.evaluation.simulation.pictured import decision, pictured
from cci_app.evaluation.simulation.recorded import recorded_figures
from cci_app.evaluation.simulation.schemas import EvaluationPayload
from cci_app.jobs.models import JobState

_LONGEST_CHANGES: Final = 20_000
# What a difference is told for, before anybody began: three shares of people who do it.
_EXPECTED: Final = (0.05, 0.2, 0.5)


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/versions")(show_assistants)
    pages.get("/versions/<string:assistant>")(show_versions)
    pages.post("/versions/<string:assistant>")(make_candidate)
    pages.post("/versions/<string:assistant>/serve")(let_serve)
    pages.post("/versions/<string:assistant>/report")(ask_report)
    pages.post("/versions/<string:assistant>/experiment")(start)
    pages.post("/experiments/<int:experiment_id>/stop")(stop_it)
    pages.post("/experiments/<int:experiment_id>/adopt")(adopt_it)


def show_assistants() -> Any:
    """The assistants to choose from; the only one at once."""
    catalogue, whose = get_conversation().catalogue, organisation_id()
    specs = catalogue.specs(whose)
    if len(specs) == 1:
        return go(f"/admin/versions/{next(iter(specs))}")
    running = {each["assistant"]: each for each in list_experiments(whose) if each["state"] == "running"}
    return page("versions", specs=specs, running=running)


def show_versions(assistant: str, problem: str | None = None, typed: Any = None) -> str:
    """The four steps of one assistant, each as it stands."""
    catalogue, whose = get_conversation().catalogue, organisation_id()
    spec = _spec(assistant)
    listed = list_experiments(whose, assistant)
    running = next((each for each in listed if each["state"] == ExperimentState.RUNNING), None)
    with tenant_transaction(whose) as session:
        zone = timezone_of(session, whose).key
    last = running or (listed[0] if listed else None)
    jobs = reports_of(whose, assistant)
    report = next((job.result for job in jobs if job.state == JobState.DONE), None)
    return page(
        "version",
        report_job=jobs[0] if jobs else None,
        report=report,
        pictured=pictured(report) if report else [],
        reason=decision(report)[1] if report else "",
        recorded=recorded_figures(whose, assistant),
        assistant=assistant,
        spec=spec,
        personas={name: each.persona for name, each in spec.agents.items() if isinstance(each, LoopContent)},
        versions=list_versions(catalogue, whose, assistant),
        experiment=last,
        found=results(whose, last) if last else None,
        days=by_day(whose, last, zone) if last else [],
        others=[each for each in listed if each is not last],
        goals=[*Goal],
        sees=[(expected, detectable(expected, 2_000, 0.5)) for expected in _EXPECTED],
        problem=problem,
        typed=typed or {},
    )


def make_candidate(assistant: str) -> Any:
    """Make a version that nobody gets yet of what the form says."""
    form = request.form
    spec = _spec(assistant)
    try:
        changes = _changes(form.get("changes", "")[:_LONGEST_CHANGES])
        if form.get("model", "").strip():
            changes["model"] = between_commas(form["model"])
        for name, content in spec.agents.items():
            said = form.get(f"persona-{name}", "").replace("\r\n", "\n").strip()
            if isinstance(content, LoopContent) and said and said != content.persona.strip():
                changes = _with_persona(assistant, changes, name, said)
        given = loaded(VersionPayload(), {"assistant": assistant, "changes": changes, "note": form.get("note", "")})
        make_version(get_conversation().catalogue, organisation_id(), assistant, given["changes"], given["note"])
    except CciError as error:
        return show_versions(assistant, error.message, form), error.status
    return go(f"/admin/versions/{assistant}#share")


def let_serve(assistant: str) -> Any:
    """Let a version answer everybody."""
    _spec(assistant)
    given = sent(ServePayload(exclude=("assistant",)))
    try:
        serve(organisation_id(), assistant, given["version"])
    except CciError as error:
        return show_versions(assistant, error.message), error.status
    return go(f"/admin/versions/{assistant}")


def ask_report(assistant: str) -> Any:
    """Have a report made on a version."""
    _spec(assistant)
    try:
        given = sent(EvaluationPayload(exclude=("assistant",)))
        candidate = given.pop("candidate", None)
        ask_for_report(organisation_id(), assistant, candidate, **given)
    except CciError as error:
        return show_versions(assistant, error.message), error.status
    return go(f"/admin/versions/{assistant}#report")


def start(assistant: str) -> Any:
    """Let a share of the people get a version."""
    _spec(assistant)
    percent = request.form.get("percent", "")
    try:
        share = float(percent) / 100 if percent.replace(".", "", 1).isdigit() else None
        typed = {name: request.form.get(name, "") for name in ("candidate", "window_hours", "planned")}
        numbers = {name: int(value) for name, value in typed.items() if value.isascii() and value.isdigit()}
        order = {"assistant": assistant, "goal": request.form.get("goal", ""), "share": share, **numbers}
        begin(organisation_id(), loaded(ExperimentPayload(), {k: v for k, v in order.items() if v not in (None, "")}))
    except InvalidInput:
        told = gettext("Choose a version and a share from 1 to 99 %, and try again.")
        return show_versions(assistant, told, request.form), 422
    except CciError as error:
        return show_versions(assistant, error.message, request.form), error.status
    return go(f"/admin/versions/{assistant}#share")


def stop_it(experiment_id: int) -> Any:
    """Let everybody get the version that serves."""
    found = find_experiment(organisation_id(), experiment_id)
    try:
        stop(organisation_id(), experiment_id, sent(ExperimentStopPayload()).get("reason"))
    except CciError as error:
        return show_versions(found["assistant"], error.message), error.status
    return go(f"/admin/versions/{found['assistant']}")


def adopt_it(experiment_id: int) -> Any:
    """Let everybody get the candidate."""
    found = find_experiment(organisation_id(), experiment_id)
    try:
        adopt(organisation_id(), experiment_id)
    except CciError as error:
        return show_versions(found["assistant"], error.message), error.status
    return go(f"/admin/versions/{found['assistant']}")


def _spec(assistant: str) -> Any:
    spec = get_conversation().catalogue.specs(organisation_id()).get(assistant)
    if spec is None:
        raise NotFound("there is no such assistant")
    return spec


def _changes(text: str) -> dict[str, Any]:
    """What stands in the field for the rest, as an assistant's file has it. Raises InvalidInput."""
    try:
        read = read_yaml(text) or {}
    except NotYaml as error:
        told = gettext("The other changes are not written as in an assistant's file (YAML): look at the indents.")
        raise InvalidInput(told) from error
    if not isinstance(read, dict) or not all(isinstance(name, str) for name in read):
        told = gettext("The other changes are not written as in an assistant's file (YAML): look at the indents.")
        raise InvalidInput(told)
    return read


def _with_persona(assistant: str, changes: dict[str, Any], agent: str, persona: str) -> dict[str, Any]:
    """A chatbot has one agent, and its persona at the top; a file has it in the agent."""
    files = get_conversation().catalogue.files
    if not files.has(assistant):
        return {**changes, "persona": persona}
    return with_changes(changes, {"agents": {agent: {"persona": persona}}})
