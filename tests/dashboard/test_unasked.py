"""What the assistant does without a yes: read in words, written, tried, made to count and taken away on a page."""

from collections.abc import Mapping

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.coordination.actions.proposing import propose_or_do
from cci_app.coordination.models import AiActionKind
from cci_app.coordination.monitor.rules import DEFAULT_FILE, UnaskedRule, read_rules
from cci_app.coordination.monitor.unasked import unasked_rules, with_unasked
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.conftest import Tenant
from tests.coordination.work import give, make_person, make_project

HERE = "/admin/work/monitor/unasked"
FORM = {"name": "own-notes", "kinds": ["comment", "log_time"], "roles": "Diseño, designer", "own": "own"}


@pytest.fixture
def browser(app: Flask, tenant: Tenant) -> FlaskClient:
    return sign_in(app, make_member(tenant))


def let_count(browser: FlaskClient, form: Mapping[str, object]) -> None:
    written = browser.post(HERE, data=form, headers=OURS)
    assert written.status_code == 303, written.text
    draft = written.headers["Location"]
    assert "Reglas a prueba" in browser.get(draft).text
    assert browser.post(f"{draft}/count", headers=OURS).status_code == 303


def test_a_rule_is_set_used_changed_and_removed(app: Flask, tenant: Tenant, browser: FlaskClient) -> None:
    assert "Ninguna: pide un sí antes de cada cambio" in browser.get(HERE).text
    let_count(browser, FORM)
    ana = make_person(tenant, "Ana Pérez", role="diseno")
    task = give(tenant, make_project(tenant), "Diseñar la portada", assignee_id=ana.id)
    shown = browser.get(HERE).text
    assert "Para Diseño, designer: comentar una tarea, anotar horas; en sus propias tareas." in shown
    assert "todavía sin usar" in shown
    with tenant_transaction(tenant.organisation_id) as session:
        said = {"task_id": task.id, "text": "Va por la mitad."}
        done = propose_or_do(session, tenant.organisation_id, AiActionKind.COMMENT, said, key="turn-1", asked_by=ana.id)
        assert done.result["rule"] == "own-notes"
    (use,) = unasked_rules(tenant.organisation_id)
    assert use.lately == 1
    assert use.last_used is not None
    first = (use.set_by, use.since)
    assert "1 vez en 30 días" in browser.get(HERE).text
    # Another rule leaves who set the first one, and since when.
    let_count(browser, {"name": "move-all", "kinds": ["update_status"], "roles": "", "own": "all"})
    uses = {each.rule.name: each for each in unasked_rules(tenant.organisation_id)}
    assert (uses["own-notes"].set_by, uses["own-notes"].since) == first
    assert uses["move-all"].since != first[1]
    assert "Para todos: mover una tarea; en todas las tareas." in browser.get(HERE).text
    assert 'value="move-all"' in browser.get(f"{HERE}?rule=move-all").text
    let_count(browser, {**FORM, "kinds": ["comment"]})
    assert [len(each.rule.kinds) for each in unasked_rules(tenant.organisation_id)] == [1, 1]
    assert browser.post(f"{HERE}/own-notes/remove", headers=OURS).status_code == 303
    assert [each.rule.name for each in unasked_rules(tenant.organisation_id)] == ["move-all"]
    assert browser.post(f"{HERE}/own-notes/remove", headers=OURS).status_code == 404
    acts = (browser.get("/api/v1/admin/audit?act=monitor_rules.").json or {})["entries"]
    assert [each["act"] for each in acts[:2]] == ["monitor_rules.counting", "monitor_rules.written"]
    assert len(acts) == 8, acts


def test_what_is_wrong_is_told_and_what_was_typed_stays(app: Flask, tenant: Tenant, browser: FlaskClient) -> None:
    refused = browser.post(HERE, data={**FORM, "name": "Mine!", "kinds": []}, headers=OURS)
    assert refused.status_code == 422
    for told in ("Un nombre tiene minúsculas", "Elija al menos una cosa", 'value="Mine!"', 'value="Diseño, designer"'):
        assert told in refused.text
    agent = sign_in(app, make_member(tenant, Role.AGENT))
    assert agent.post(HERE, data=FORM, headers=OURS).status_code == 403
    assert 'id="write"' not in agent.get(HERE).text
    assert unasked_rules(tenant.organisation_id) == []


def test_the_rest_of_the_text_stays_to_the_letter() -> None:
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    rule = UnaskedRule(name="own-notes", kinds=(AiActionKind.COMMENT,))
    once = with_unasked(text, [rule])
    assert once.startswith(text.rstrip())
    assert read_rules(once).without_asking == (rule,)
    between = once.replace("pause_minutes: 30\n", "") + "# Of one person.\npause_minutes: 30\n"
    other = with_unasked(between, [])
    assert "# Of one person.\npause_minutes: 30\n" in other
    assert read_rules(other) == read_rules(text)
    with pytest.raises(InvalidInput, match="a way of their own"):
        with_unasked(yaml.safe_dump(yaml.safe_load(once), default_flow_style=True, width=10**6), [])
