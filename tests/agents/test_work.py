"""The project assistant over the API: figures equal to SQL, changes only after a yes, nothing for strangers."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.agents.work.agent import WorkAgent
from cci_app.assistants.intents import IntentRouter
from cci_app.coordination.actions.proposing import reject_action
from cci_app.coordination.collaborators import change_collaborator
from cci_app.coordination.comments import list_comments
from cci_app.coordination.finding import show_task, today_of
from cci_app.coordination.handbook.checking import check_work
from cci_app.coordination.handbook.violations import ViolationFilter, list_violations, waive
from cci_app.coordination.labels import add_label
from cci_app.coordination.monitor.history import try_rules
from cci_app.coordination.monitor.rules import DEFAULT_FILE, read_rules
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.coordination.tasks import change_task
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.knowledge.documents.loading import load_folder
from tests.conftest import Tenant, make_tenant
from tests.coordination.work import give, make_person, make_project

Say = Callable[..., str]
Rows = Callable[..., list[dict[str, Any]]]
ANA, BRUNO, STRANGER = "+573000000011", "+573000000012", "+573000000019"
DAY = timedelta(days=1)


class Team:
    """Two who work on two projects; one has more than her week, and two of her tasks are late."""

    def __init__(self, tenant: Tenant) -> None:
        self.ana = make_person(tenant, "Ana Pérez", role="designer", reach=[{"via": "whatsapp", "to": ANA}])
        self.bruno = make_person(tenant, "Bruno Díaz", role="developer", reach=[{"via": "whatsapp", "to": BRUNO}])
        self.web = make_project(tenant, "Sitio web")
        self.app = make_project(tenant, "Aplicación")
        with tenant_transaction(tenant.organisation_id) as session:
            self.today = today_of(session, tenant.organisation_id)
        label = add_label(tenant.organisation_id, {"name": "Diseño"})
        of_ana: dict[str, Any] = {"assignee_id": self.ana.id}
        late = self.today - 5 * DAY
        self.banner = give(
            tenant, self.web, "Diseño del banner", due_date=late, estimate_hours=30, label_ids=[label.id], **of_ana
        )
        self.texts = give(
            tenant, self.web, "Revisar los textos", due_date=self.today - DAY, estimate_hours=18, **of_ana
        )
        self.form = give(
            tenant,
            self.app,
            "Formulario de contacto",
            due_date=self.today + 3 * DAY,
            assignee_id=self.bruno.id,
            estimate_hours=10,
        )
        self.proofs = give(tenant, self.app, "Pruebas de pago", status="in_progress")


@pytest.fixture
def team(tenant: Tenant) -> Team:
    return Team(tenant)


@pytest.fixture
def say(app: Flask, web: FlaskClient, tenant: Tenant) -> Say:
    assistant = app.extensions["cci_conversation"].catalogue.find(tenant.organisation_id, "coordinator")
    worker = assistant.agents["coordinador"]
    assert isinstance(assistant._router, IntentRouter)
    assert isinstance(worker, WorkAgent)
    assistant._router.learning.learnt()
    worker._reader.learning.learnt()

    def send(message: str, user_id: str = ANA) -> str:
        body = {"user_id": user_id, "message": message, "assistant": "coordinator"}
        answer = web.post("/api/v1/whatsapp/message", json=body, headers=tenant.headers)
        assert answer.status_code == 200, answer.text
        # In French a colon has a space before it that does not break.
        return str(answer.json["response"]).replace("\xa0", " ").replace("\u202f", " ")  # type: ignore[index]

    return send


def actions(rows: Rows, tenant: Tenant) -> list[dict[str, Any]]:
    return rows(
        "SELECT kind, status, data, result, decided_by FROM ai_actions WHERE organisation_id = :o ORDER BY id",
        o=tenant.organisation_id,
    )


def test_what_is_late_and_who_has_too_much(say: Say, team: Team, tenant: Tenant, rows: Rows) -> None:
    told = say("¿qué está atrasado y quién tiene demasiado?")
    (late,) = rows(
        "SELECT count(*) FROM project_tasks WHERE organisation_id = :o AND due_date < :today AND status <> 'done'",
        o=tenant.organisation_id,
        today=team.today,
    )
    assert f"Hay {late['count']} tareas atrasadas:" in told
    assert "1. Diseño del banner (Sitio web), Ana Pérez" in told
    assert "5 días tarde" in told
    assert "2. Revisar los textos (Sitio web), Ana Pérez" in told
    assert "Con más horas de las que da su semana: Ana Pérez." in told
    loads = rows(
        "SELECT c.name, count(*) AS open, sum(greatest(estimate_hours - spent_hours, 0)) AS hours FROM project_tasks t"
        " JOIN collaborators c ON c.id = t.assignee_id WHERE t.organisation_id = :o AND t.status <> 'done' GROUP BY 1",
        o=tenant.organisation_id,
    )
    assert len(loads) == 2
    for each in loads:
        assert f"{each['name']}: abiertas {each['open']}, " in told
        assert f"por hacer {each['hours']:.0f} h" in told


def test_a_task_is_passed_on_after_a_yes_and_the_other_is_told(
    say: Say, team: Team, tenant: Tenant, rows: Rows
) -> None:
    asked = say("pásale la de diseño a Bruno y avísale")
    assert asked.startswith(f"¿Le asigno «Diseño del banner» (#{team.banner.id}) a Bruno Díaz y le aviso?")
    assert show_task(tenant.organisation_id, team.banner.id)["assignee"] == "ana.perez"
    (proposed,) = actions(rows, tenant)
    assert (proposed["kind"], proposed["status"]) == ("assign", "proposed")
    done = say("sí")
    assert f"«Diseño del banner» (#{team.banner.id}) queda a cargo de Bruno Díaz" in done
    assert "Le aviso a Bruno Díaz" in done
    assert show_task(tenant.organisation_id, team.banner.id)["assignee"] == "bruno.diaz"
    (action,) = actions(rows, tenant)
    assert (action["status"], action["decided_by"], action["result"]["told"]) == ("executed", "Ana Pérez", True)
    (notice,) = rows(
        "SELECT via, target, text, state FROM reminder_messages WHERE organisation_id = :o", o=tenant.organisation_id
    )
    assert (notice["via"], notice["target"], notice["state"]) == ("whatsapp", BRUNO, "queued")
    assert "Hola, Bruno: Ana Pérez le asignó «Diseño del banner» (Sitio web)" in notice["text"]
    (event,) = rows(
        "SELECT who, name FROM project_events WHERE organisation_id = :o AND act = 'task.changed'",
        o=tenant.organisation_id,
    )
    assert event == {"who": f"collaborator:{team.ana.id}", "name": "Ana Pérez"}
    # A second yes is no second change.
    say("sí")
    assert len(actions(rows, tenant)) == 1


def test_a_no_leaves_it_and_what_a_page_refused_is_not_done(say: Say, team: Team, tenant: Tenant, rows: Rows) -> None:
    say("marca la de textos como hecha")
    assert "lo dejo como está" in say("no")
    assert show_task(tenant.organisation_id, team.texts.id)["status"] == "todo"
    assert [each["status"] for each in actions(rows, tenant)] == ["rejected"]
    say(f"marca la {team.texts.id} como hecha")
    (_, second) = rows("SELECT id FROM ai_actions WHERE organisation_id = :o ORDER BY id", o=tenant.organisation_id)
    reject_action(tenant.organisation_id, second["id"])
    assert "ya se había decidido" in say("sí")
    assert show_task(tenant.organisation_id, team.texts.id)["status"] == "todo"


def test_what_is_missing_is_asked_back(say: Say, team: Team, tenant: Tenant, rows: Rows) -> None:
    which = say("crea una tarea: llamar al cliente para el viernes")
    assert "¿En qué proyecto?" in which
    assert "¿Creo la tarea «Llamar al cliente» en Sitio web, con fecha" in say("Sitio web")
    say("sí")
    (made,) = rows(
        "SELECT due_date FROM project_tasks WHERE organisation_id = :o AND title = 'Llamar al cliente'",
        o=tenant.organisation_id,
    )
    assert (made["due_date"].weekday(), made["due_date"] > team.today) == (4, True)
    assert "¿A quién?" in say(f"reasigna la tarea {team.form.id}")
    assert "«Formulario de contacto»" in say("a Ana")
    give(tenant, team.web, "Diseño del logo")
    several = say("pásale la de diseño a Bruno")
    assert "¿Cuál de estas?" in several
    place = next(line[0] for line in several.splitlines() if "logo" in line)
    assert "«Diseño del logo»" in say(place)


def test_time_and_comments(say: Say, team: Team, tenant: Tenant) -> None:
    assert "¿Apunto 2.5 h en «Formulario de contacto»" in say("registra 2 horas y media en la del formulario")
    assert "apunté 2.5 h" in say("sí")
    assert float(show_task(tenant.organisation_id, team.form.id)["spent_hours"]) == 2.5
    assert "«falta la tarjeta»" in say("comenta en la de pruebas: falta la tarjeta")
    say("sí")
    (comment,) = list_comments(tenant.organisation_id, team.proofs.id)
    assert (comment.content, comment.author) == ("falta la tarjeta", "Ana Pérez")


def test_a_conversation_goes_on(say: Say, team: Team, tenant: Tenant) -> None:
    assert "Hay 4 tareas abiertas:" in say("¿qué hay pendiente?")
    assert f"Revisar los textos (#{team.texts.id}, Sitio web)" in say("la segunda, ¿para cuándo es?")
    assert "Bruno Díaz: abiertas 1" in say("¿qué tiene Bruno?")
    assert "Ana Pérez: abiertas 2" in say("¿y Ana?")
    for number in range(4):
        give(tenant, team.app, f"Pantalla {number}", assignee_id=team.bruno.id)
    assert "Quedan 3" in say("dame la lista de pendientes")
    assert "6. " not in (more := say("más"))
    assert more.count("\n") == 3
    assert "Esas eran todas" in say("ver más")


def test_three_languages(say: Say, team: Team) -> None:
    assert "There are 2 overdue tasks:" in say("what is overdue and who has too much?", BRUNO)
    assert "Shall I give “Diseño del banner”" in say("give the banner one to Bruno and let him know", BRUNO)
    assert "Done: “Diseño del banner”" in say("yes", BRUNO)
    assert "Il y a 2 tâches en retard :" in say("bonjour, qu'est-ce qui est en retard ?")
    assert "Je confie « Revisar los textos »" in say("donne celle des textos à Bruno et préviens-le")


def test_a_role_speaks_of_its_field(say: Say, team: Team, tenant: Tenant, rows: Rows) -> None:
    told = say("¿qué hay pendiente de diseño?")
    assert "de diseño:" in told
    assert "Diseño del banner" in told
    assert "Formulario" not in told
    (last,) = rows(
        "SELECT agent FROM conversations WHERE organisation_id = :o ORDER BY id DESC LIMIT 1", o=tenant.organisation_id
    ) or [{"agent": None}]
    assert last["agent"] in {"diseno", None}


def test_a_stranger_sees_nothing(say: Say, team: Team, tenant: Tenant, rows: Rows) -> None:
    for message in ("¿qué está atrasado?", "pásale la de diseño a Bruno", "qué dice el manual sobre vacaciones", "sí"):
        told = say(message, STRANGER)
        assert "banner" not in told
        assert "Ana" not in told
    assert actions(rows, tenant) == []
    change_collaborator(tenant.organisation_id, team.bruno.id, {"left_on": team.today})
    assert "no lo reconozco" in say("¿qué está atrasado?", BRUNO)


def test_the_handbook_answers_with_its_source(say: Say, team: Team, tenant: Tenant, tmp_path: Path) -> None:
    handbook = "# Manual del equipo\n\n## Vacaciones\n\nCada persona tiene 15 días hábiles de vacaciones al año.\n"
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "manual.md").write_text(handbook, encoding="utf-8")
    load_folder(tenant.organisation_id, tmp_path, assistant="coordinator")
    told = say("¿qué dice el manual sobre las vacaciones?")
    assert "15 días hábiles" in told
    assert "Fuente: Manual del equipo" in told


def broken(rows: Rows, tenant: Tenant, also: str = "true", **values: Any) -> dict[str, int]:
    """How often each rule is broken, by the tables."""
    found = rows(
        "SELECT rule, count(*) FROM rule_violations v JOIN project_tasks t ON t.id = v.task_id"
        f" WHERE v.organisation_id = :o AND v.state = 'open' AND {also} GROUP BY rule",
        o=tenant.organisation_id,
        **values,
    )
    return {each["rule"]: each["count"] for each in found}


def test_which_rules_are_broken_by_whom_and_what_to_do(say: Say, team: Team, tenant: Tenant, rows: Rows) -> None:
    whose = tenant.organisation_id
    assert say("¿hay incumplimientos del manual?") == "No se incumple ninguna regla del manual."
    check_work(whose, clock.now())
    give(tenant, team.app, "Pantalla de inicio", status="in_progress", assignee_id=team.bruno.id)
    give(tenant, team.web, "Logo", assignee_id=team.ana.id)
    check_work(whose, clock.now())
    counts = broken(rows, tenant)
    assert counts == {"estimate-before-start": 2, "somebody-does-it": 1, "title-says-what": 1}
    told = say("¿qué reglas del manual se incumplen?")
    assert f"se incumplen en {sum(counts.values())} casos (reglas: {len(counts)})" in told
    place = "Manual de trabajo, 2: Estimaciones"
    assert f"• Lo que está en curso tiene estimación ({place}): {counts['estimate-before-start']} casos." in told
    assert "Qué hacer: Escriba cuántas horas calcula" in told
    assert "1. Pantalla de inicio (Aplicación), Bruno Díaz, desde el" in told
    assert f"2. Pruebas de pago (Aplicación), sin responsable, desde el {team.today.day}" in told
    assert f"#{team.proofs.id}" in told
    # A row of the list can be spoken of, as those of other lists can.
    assert "Pantalla de inicio (#" in say("la primera, ¿para cuándo es?")
    of_ana = say("¿qué reglas incumple Ana?")
    assert len(broken(rows, tenant, "t.assignee_id = :a", a=team.ana.id)) == 1
    assert "en 1 caso de Ana Pérez (reglas: 1)" in of_ana
    assert "El título dice qué hay que hacer" in of_ana
    assert "en 1 caso de Bruno Díaz (reglas: 1)" in say("¿y Bruno?")
    in_web = say("¿qué normas del manual no se cumplen en Sitio web?")
    assert broken(rows, tenant, "t.project_id = :p", p=team.web.id) == {"title-says-what": 1}
    assert "en 1 caso en Sitio web (reglas: 1)" in in_web
    assert "en 2 casos (reglas: 2)" in say(f"¿la tarea {team.proofs.id} cumple con el manual?")
    assert "4 cas (règles : 3)" in say("quelles règles du manuel ne sont pas respectées ?")
    assert "Le titre dit ce qu’il y a à faire (Manuel de travail, 4 : Titres)" in say("et Ana ?")
    assert "broken in 4 cases (rules: 3)" in say("which handbook rules are broken?", BRUNO)
    assert "What to do: Write down how many hours you expect" in say("which rules am I breaking?", BRUNO)


def test_breaches_come_a_page_at_a_time_and_not_what_was_let_be(say: Say, team: Team, tenant: Tenant) -> None:
    for number in range(7):
        give(tenant, team.app, f"Pantalla{number}", assignee_id=team.bruno.id)
    check_work(tenant.organisation_id, clock.now())
    (let_be, *_) = list_violations(tenant.organisation_id, ViolationFilter(rule="title-says-what"))
    waive(tenant.organisation_id, let_be["id"], "Son prototipos")
    told = say("¿qué reglas del manual se incumplen?")
    assert "en 8 casos (reglas: 3)" in told
    assert "(Manual de trabajo, 4: Títulos): 6 casos" in told
    assert "5. Pantalla" in told
    assert "Quedan 3: escriba «más» para verlas." in told
    assert "Pantalla6 " not in told
    assert "Lo que está en curso tiene responsable" in say("más")
    assert "dice el manual" not in say("¿qué incumplimientos hay?", STRANGER)


RULE = """
without_asking:
  - {name: own-notes, kinds: [comment, log_time], roles: [Designer]}
"""


def count_rule(tenant: Tenant, rule: str = RULE) -> None:
    """Let the product's rules count, with one about what is done without a yes."""
    text = DEFAULT_FILE.read_text() + rule
    MONITOR_RULES.make_count(tenant.organisation_id, MONITOR_RULES.draft(tenant.organisation_id, text).id)


def test_a_rule_lets_some_have_some_things_done_without_a_yes(say: Say, team: Team, tenant: Tenant, rows: Rows) -> None:
    count_rule(make_tenant("other"))
    # Nobody's rule: another organisation's is none of theirs.
    assert "¿Anoto esto" in say("comenta en la de textos: falta la tarjeta")
    assert say("no") == "De acuerdo, lo dejo como está."
    count_rule(tenant)
    told = say("comenta en la de textos: el cliente aprobó")
    assert told.startswith(f"Listo: quedó anotado en «Revisar los textos» (#{team.texts.id}).")
    assert told.endswith("Lo hice sin preguntarle, como lo permite la regla «own-notes».")
    (comment,) = list_comments(tenant.organisation_id, team.texts.id)
    assert (comment.content, comment.author) == ("el cliente aprobó", "Ana Pérez")
    (_, action) = actions(rows, tenant)
    assert (action["kind"], action["status"], action["decided_by"]) == ("comment", "executed", "Ana Pérez")
    assert action["result"] == {"task_id": team.texts.id, "comment_id": comment.id, "rule": "own-notes"}
    # A yes that comes after it is a yes to nothing.
    say("sí")
    assert len(list_comments(tenant.organisation_id, team.texts.id)) == 1
    assert "permite la regla" in say("log 2 hours on the texts one")
    assert float(show_task(tenant.organisation_id, team.texts.id)["spent_hours"]) == 2
    # The same once more is meant once more.
    assert "permite la regla" in say("registra 2 horas en la de textos")
    assert float(show_task(tenant.organisation_id, team.texts.id)["spent_hours"]) == 4


def test_what_no_rule_names_is_asked(say: Say, team: Team, tenant: Tenant, rows: Rows) -> None:
    count_rule(tenant)
    # Another kind, somebody else's task, and somebody of another role.
    assert "¿Paso «Revisar los textos»" in say("marca la de textos como hecha")
    assert "¿Anoto esto" in say("comenta en la del formulario: falta el captcha")
    assert "¿Anoto esto" in say("comenta en la del formulario: falta el logo", BRUNO)
    assert [each["status"] for each in actions(rows, tenant)] == ["proposed"] * 3
    tried = try_rules(tenant.organisation_id, read_rules(DEFAULT_FILE.read_text() + RULE), clock.now() + DAY)
    assert tried.without_asking == {}
    wider = RULE.replace("roles: [Designer]", "own: false")
    tried = try_rules(tenant.organisation_id, read_rules(DEFAULT_FILE.read_text() + wider), clock.now() + DAY)
    assert tried.without_asking == {"own-notes": 2}
    count_rule(tenant, wider)
    assert "permite la regla «own-notes»" in say("anota en la del banner que falta el azul", BRUNO)


def test_what_was_done_meanwhile_fails_with_its_reason(say: Say, team: Team, tenant: Tenant, rows: Rows) -> None:
    say(f"asigna la tarea {team.form.id} a Ana")
    change_collaborator(tenant.organisation_id, team.ana.id, {"left_on": team.today})
    # Who left is a stranger: nothing is done.
    assert "no lo reconozco" in say("sí")
    change_collaborator(tenant.organisation_id, team.ana.id, {"left_on": None})
    change_task(tenant.organisation_id, team.form.id, {"status": "done"})
    assert [each["status"] for each in actions(rows, tenant)] == ["proposed"]
