"""What people are told who write about their tasks, in Spanish, French and English."""

from collections.abc import Mapping
from typing import Final

_SAID: Final[Mapping[str, Mapping[str, str]]] = {
    "noted": {
        "es": "Anotado en la tarea {id}, «{title}».",
        "fr": "C’est noté dans la tâche {id}, « {title} ».",
        "en": "Noted on task {id}, “{title}”.",
    },
    "start": {
        "es": "Hola, {name}. Aquí se le avisa de sus tareas.\n\n{help}",
        "fr": "Bonjour {name}. C’est ici que vous êtes prévenu(e) au sujet de vos tâches.\n\n{help}",
        "en": "Hello {name}. This is where you hear of your tasks.\n\n{help}",
    },
    "help": {
        "es": (
            "/tasks: sus tareas pendientes\n/done 12: dar por terminada la tarea 12\n/help: esta ayuda\n\n"
            "Responda a un mensaje sobre una tarea y lo que escriba quedará como comentario."
        ),
        "fr": (
            "/tasks : vos tâches en cours\n/done 12 : marquer la tâche 12 comme terminée\n/help : cette aide\n\n"
            "Répondez à un message au sujet d’une tâche : ce que vous écrivez y devient un commentaire."
        ),
        "en": (
            "/tasks: your open tasks\n/done 12: mark task 12 as done\n/help: this help\n\n"
            "Answer a message about a task, and what you write becomes a comment there."
        ),
    },
    "none": {
        "es": "No tiene tareas pendientes.",
        "fr": "Vous n’avez aucune tâche en cours.",
        "en": "You have no open tasks.",
    },
    "task": {
        "es": "{id} · {title} ({project}), para el {day}",
        "fr": "{id} · {title} ({project}), pour le {day}",
        "en": "{id} · {title} ({project}), due on {day}",
    },
    "undated": {
        "es": "{id} · {title} ({project})",
        "fr": "{id} · {title} ({project})",
        "en": "{id} · {title} ({project})",
    },
    "more": {
        "es": "Y {count} más.",
        "fr": "Et {count} de plus.",
        "en": "And {count} more.",
    },
    "done": {
        "es": "Tarea {id}, «{title}»: terminada.",
        "fr": "Tâche {id}, « {title} » : terminée.",
        "en": "Task {id}, “{title}”: done.",
    },
    "which": {
        "es": "¿Cuál? Escriba /done y el número de la tarea.",
        "fr": "Laquelle ? Écrivez /done et le numéro de la tâche.",
        "en": "Which one? Write /done and the number of the task.",
    },
    "not_yours": {
        "es": "La tarea {id} no está entre las suyas.",
        "fr": "La tâche {id} n’est pas parmi les vôtres.",
        "en": "Task {id} is not one of yours.",
    },
}


def said(sentence: str, language: str, **values: object) -> str:
    """The sentence in that language, with the values that it names."""
    return _SAID[sentence].get(language, _SAID[sentence]["es"]).format(**values)
