"""What is found in the work, and what to do about it, in Spanish, French and English: the figures are given."""

from collections.abc import Mapping
from typing import Any, Final

# Of each finding: what it is, and what to do.
_SAID: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "es": {
        "overloaded": (
            "{person} tiene {hours} h por hacer y una semana de {week} h; tareas abiertas: {open}.",
            "Reparta algunas.",
        ),
        "free": ("{person} no tiene tareas abiertas.", "Puede tomar trabajo de otros."),
        "overdue": (
            "{project}: tareas atrasadas, {count} de {open} abiertas.",
            "Ponga a cada una nueva fecha o ayuda.",
        ),
        "stuck": (
            "«{title}» está en curso y no se mueve desde hace {days} días hábiles.",
            "Pregunte a quien la tiene qué le falta.",
        ),
        "unassigned": ("Nadie tiene «{title}»; días hasta su fecha: {days}.", "Asígnela hoy."),
        "deadline": (
            "{project}: quedan {hours} h; días hábiles hasta la entrega: {days}, en los que el equipo da {capacity} h.",
            "Recorte el alcance, sume a alguien o mueva la entrega.",
        ),
        "deadline_passed": (
            "{project}: días desde que pasó la entrega: {days}; tareas abiertas: {open}.",
            "Acuerde otra fecha.",
        ),
        "unestimated": (
            "Tareas abiertas sin estimación: {count} de {open}.",
            "Estímelas: sin eso la carga no se ve.",
        ),
    },
    "fr": {
        "overloaded": (
            "{person} a {hours} h à faire pour une semaine de {week} h ; tâches ouvertes : {open}.",
            "Répartissez-en quelques-unes.",
        ),
        "free": ("{person} n’a aucune tâche ouverte.", "Du travail des autres peut lui être confié."),
        "overdue": (
            "{project} : tâches en retard, {count} sur {open} ouvertes.",
            "Donnez à chacune une nouvelle date ou de l’aide.",
        ),
        "stuck": (
            "« {title} » est en cours et ne bouge plus depuis {days} jours ouvrés.",
            "Demandez à son responsable ce qui manque.",
        ),
        "unassigned": (
            "« {title} » n’est confiée à personne ; jours avant son échéance : {days}.",
            "Confiez-la aujourd’hui.",
        ),
        "deadline": (
            "{project} : il reste {hours} h ; jours ouvrés avant la livraison : {days}, soit {capacity} h d’équipe.",
            "Réduisez le périmètre, renforcez l’équipe ou décalez la livraison.",
        ),
        "deadline_passed": (
            "{project} : jours depuis la date de livraison : {days} ; tâches ouvertes : {open}.",
            "Convenez d’une autre date.",
        ),
        "unestimated": (
            "Tâches ouvertes sans estimation : {count} sur {open}.",
            "Estimez-les : sans cela, la charge ne se voit pas.",
        ),
    },
    "en": {
        "overloaded": (
            "{person} has {hours} h to do and a week of {week} h; open tasks: {open}.",
            "Spread some of them.",
        ),
        "free": ("{person} has no open task.", "They can take work from others."),
        "overdue": ("{project}: overdue tasks, {count} of {open} open ones.", "Give each a new date, or help."),
        "stuck": (
            "“{title}” is in progress and has not moved for {days} working days.",
            "Ask whoever has it what is missing.",
        ),
        "unassigned": ("Nobody has “{title}”; days to its date: {days}.", "Give it to somebody today."),
        "deadline": (
            "{project}: {hours} h are left; working days to the deadline: {days}, which is {capacity} h of the team.",
            "Cut the scope, add somebody, or move the deadline.",
        ),
        "deadline_passed": (
            "{project}: days since the deadline passed: {days}; open tasks: {open}.",
            "Agree on another date.",
        ),
        "unestimated": (
            "Open tasks without an estimate: {count} of {open}.",
            "Estimate them: without that the load cannot be seen.",
        ),
    },
}
_NOTHING: Final = {
    "es": "No hay nada que llame la atención.",
    "fr": "Rien n’appelle l’attention.",
    "en": "Nothing stands out.",
}
_REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "es": {
        "skills": "{person} sabe de {skills}; tareas abiertas: {open}.",
        "load": "{person} es quien menos carga tiene; tareas abiertas: {open}.",
        "priority": "Puntos de urgencia: {score}.",
        "stuck": "Está en curso y no se mueve desde hace {days} días hábiles.",
    },
    "fr": {
        "skills": "{person} connaît {skills} ; tâches ouvertes : {open}.",
        "load": "{person} a la charge la plus légère ; tâches ouvertes : {open}.",
        "priority": "Points d’urgence : {score}.",
        "stuck": "Elle est en cours et ne bouge plus depuis {days} jours ouvrés.",
    },
    "en": {
        "skills": "{person} knows {skills}; open tasks: {open}.",
        "load": "{person} has the lightest load; open tasks: {open}.",
        "priority": "Points of urgency: {score}.",
        "stuck": "It is in progress and has not moved for {days} working days.",
    },
}


def found_in_words(code: str, values: Mapping[str, Any], language: str) -> tuple[str, str]:
    """A finding and what to do about it."""
    what, then = _SAID[language][code]
    told = {name: f"{value:g}" if isinstance(value, float) else value for name, value in values.items()}
    return what.format(**told), then.format(**told)


def nothing_found(language: str) -> str:
    """That there is nothing to tell."""
    return _NOTHING[language]


def reason_in_words(code: str, values: Mapping[str, Any], language: str) -> str:
    """Why something is suggested."""
    return _REASONS[language][code].format(**values)
