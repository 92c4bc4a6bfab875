"""What a report says, in Spanish, French and English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date, format_interval
from babel.numbers import format_decimal
from sqlalchemy.orm import Session

from cci_app.coordination.models import Collaborator, Project
from cci_app.core.database import tenant_transaction
from cci_app.jobs.models import Frequency
from cci_app.reports.models import WorkReport

_LOCALES: Mapping[str, str] = {"es": "es_CO", "fr": "fr_FR", "en": "en_GB"}
_TITLES: Mapping[str, Mapping[str, str]] = {
    "es": {
        Frequency.DAILY: "Informe del día",
        Frequency.WEEKLY: "Informe de la semana",
        Frequency.MONTHLY: "Informe del mes",
    },
    "fr": {
        Frequency.DAILY: "Rapport du jour",
        Frequency.WEEKLY: "Rapport de la semaine",
        Frequency.MONTHLY: "Rapport du mois",
    },
    "en": {
        Frequency.DAILY: "Report of the day",
        Frequency.WEEKLY: "Report of the week",
        Frequency.MONTHLY: "Report of the month",
    },
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "given": "Tareas nuevas",
        "done": "Terminadas",
        "hours": "Horas dedicadas",
        "comments": "Comentarios",
        "open": "Pendientes",
        "overdue": "Atrasadas",
        "unassigned": "Sin asignar",
        "due_soon": "Vencen en 7 días",
        "reminders": "Recordatorios",
        "project": "Proyecto",
        "person": "Persona",
        "task": "Tarea",
        "due": "Vencía",
        "days": "Días de atraso",
        "projects": "Por proyecto",
        "people": "Por persona",
        "late": "Lo más atrasado",
        "finished": "Lo que se terminó",
        "in_days": "En esos días",
        "now": "Ahora",
        "nobody": "Sin asignar",
        "nothing": "Nada.",
        "page": "Página {page}",
        "as_of": "Las cifras de «Ahora» son del {day}.",
        "summary": "Terminadas: {done}. Nuevas: {given}. Horas dedicadas: {hours}.\n"
        "Ahora pendientes: {open}; atrasadas: {overdue}; sin asignar: {unassigned}.",
        "late_line": "{title} ({who}): {days} d de atraso",
        "about": "{title}: {about}",
    },
    "fr": {
        "given": "Nouvelles tâches",
        "done": "Terminées",
        "hours": "Heures passées",
        "comments": "Commentaires",
        "open": "Ouvertes",
        "overdue": "En retard",
        "unassigned": "Sans responsable",
        "due_soon": "À rendre sous 7 jours",
        "reminders": "Rappels",
        "project": "Projet",
        "person": "Personne",
        "task": "Tâche",
        "due": "Échéance",
        "days": "Jours de retard",
        "projects": "Par projet",
        "people": "Par personne",
        "late": "Les plus en retard",
        "finished": "Ce qui a été terminé",
        "in_days": "Durant ces jours",
        "now": "Maintenant",
        "nobody": "Sans responsable",
        "nothing": "Rien.",
        "page": "Page {page}",
        "as_of": "Les chiffres de « Maintenant » sont du {day}.",
        "summary": "Terminées : {done}. Nouvelles : {given}. Heures passées : {hours}.\n"
        "Maintenant ouvertes : {open} ; en retard : {overdue} ; sans responsable : {unassigned}.",
        "late_line": "{title} ({who}) : {days} j de retard",
        "about": "{title} : {about}",
    },
    "en": {
        "given": "New tasks",
        "done": "Done",
        "hours": "Hours spent",
        "comments": "Comments",
        "open": "Open",
        "overdue": "Late",
        "unassigned": "Nobody’s",
        "due_soon": "Due within 7 days",
        "reminders": "Reminders",
        "project": "Project",
        "person": "Person",
        "task": "Task",
        "due": "Was due",
        "days": "Days late",
        "projects": "By project",
        "people": "By person",
        "late": "The latest",
        "finished": "What was done",
        "in_days": "In these days",
        "now": "Now",
        "nobody": "Nobody",
        "nothing": "Nothing.",
        "page": "Page {page}",
        "as_of": "The figures of “Now” are of {day}.",
        "summary": "Done: {done}. New: {given}. Hours spent: {hours}.\n"
        "Now open: {open}; late: {overdue}; nobody’s: {unassigned}.",
        "late_line": "{title} ({who}): {days} d late",
        "about": "{title}: {about}",
    },
}
# Of the late ones, so many stand in a short text.
_FEW = 3


@dataclass(frozen=True, slots=True)
class ReportTexts:
    """A report to be written in a language: its figures, and the names of those who stand in it."""

    report: WorkReport
    language: str
    names: Mapping[int, str]
    about: str

    @property
    def words(self) -> Mapping[str, str]:
        """What its figures are called."""
        return WORDS[self.language]

    @property
    def title(self) -> str:
        """What it is, and of what."""
        title = _TITLES[self.language][self.report.period]
        return self.words["about"].format(title=title, about=self.about) if self.about else title

    @property
    def span(self) -> str:
        """Its days."""
        if self.report.starts == self.report.ends:
            return self.day(self.report.starts)
        return str(format_interval(self.report.starts, self.report.ends, "yMMMd", locale=_LOCALES[self.language]))

    @property
    def as_of(self) -> str:
        """Of when the figures of now are."""
        return self.words["as_of"].format(day=self.day(self.report.created_at.date()))

    def day(self, value: date | str) -> str:
        """A day."""
        given = date.fromisoformat(value) if isinstance(value, str) else value
        return format_date(given, "d MMM y", locale=_LOCALES[self.language])

    def number(self, value: float) -> str:
        """A figure."""
        return format_decimal(value, locale=_LOCALES[self.language])

    def name(self, person_id: int | None) -> str:
        """Who; whoever was forgotten since has no name."""
        return self.words["nobody"] if person_id is None else self.names.get(person_id, "–")

    @property
    def short(self) -> str:
        """All of it in a few lines, for a messenger."""
        figures = self.report.figures
        totals = {name: self.number(value) for name, value in figures["totals"].items()}
        lines = [f"*{self.title}*", self.span, "", self.words["summary"].format(**totals)]
        if figures["late"]:
            lines += ["", f"*{self.words['late']}*"]
            lines += [self._late_line(each) for each in figures["late"][:_FEW]]
        return "\n".join(lines)

    @property
    def plain(self) -> str:
        """The same without a mark, with the projects and people: what stands in a mail beside its page."""
        figures, words = self.report.figures, self.words
        totals = {name: self.number(value) for name, value in figures["totals"].items()}
        blocks = [
            (words["in_days"], [f"- {words[name]}: {totals[name]}" for name in IN_DAYS]),
            (words["now"], [f"- {words[name]}: {totals[name]}" for name in NOW]),
            (words["projects"], [self._row(each) for each in figures["projects"]]),
            (words["people"], [self._row(each) for each in figures["people"]]),
            (words["late"], [self._late_line(each) for each in figures["late"]]),
        ]
        told = ["\n".join([heading, *(lines or [words["nothing"]])]) for heading, lines in blocks]
        return "\n\n".join([f"{self.title}\n{self.span}", *told, self.as_of])

    def _row(self, each: Mapping[str, Any]) -> str:
        told = ", ".join(f"{self.words[name].lower()} {self.number(each[name])}" for name in COLUMNS)
        return f"- {each['name'] if 'name' in each else self.name(each['id'])}: {told}"

    def _late_line(self, each: Mapping[str, Any]) -> str:
        told = {"title": each["title"], "who": self.name(each["who"]), "days": self.number(each["days"])}
        return f"- {self.words['late_line'].format(**told)}"


IN_DAYS = ("done", "given", "hours", "comments", "reminders")
NOW = ("open", "overdue", "unassigned", "due_soon")
COLUMNS = ("done", "open", "overdue", "hours")


def texts_of(report: WorkReport, language: str) -> ReportTexts:
    """A report in a language; in Spanish where it does not speak it."""
    return texts_of_all(report.organisation_id, [report], language)[0]


def texts_of_all(organisation_id: int, reports: Sequence[WorkReport], language: str) -> list[ReportTexts]:
    """Several of an organisation's in a language, by one look at who stands in them."""
    with tenant_transaction(organisation_id) as session:
        people = sa.select(Collaborator.id, Collaborator.name).where(Collaborator.organisation_id == organisation_id)
        names = {row.id: row.name for row in session.execute(people)}
        return [_texts_in(session, each, language, names) for each in reports]


def _texts_in(session: Session, report: WorkReport, language: str, names: Mapping[int, str]) -> ReportTexts:
    project = session.get(Project, report.project_id) if report.project_id is not None else None
    who = names.get(report.collaborator_id) if report.collaborator_id is not None else None
    about = ", ".join(filter(None, (project.name if project else None, who)))
    return ReportTexts(report, language if language in WORDS else "es", names, about)
