"""What concerns somebody: told once, to them alone, and what was seen is no news."""

from datetime import timedelta

from flask import Flask

from cci_app.accounts.caller import Role
from cci_app.coordination.bell.ringing import MOST, bell_of, see_bell, unread_of
from cci_app.coordination.collaborators import join
from cci_app.coordination.comments import add_comment
from cci_app.coordination.handbook.checking import check_work
from cci_app.coordination.monitor.watching import look
from cci_app.coordination.tasks import change_task
from cci_app.core import clock
from cci_app.core.audit import acting_for
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.conftest import Tenant
from tests.coordination.callers import person, program
from tests.coordination.work import give, make_person, make_project
from tests.dashboard.test_pages import counted


def test_each_thing_that_concerns_somebody_is_told_once(tenant: Tenant) -> None:
    member = make_member(tenant, Role.AGENT)
    caller, whose = person(tenant, member), tenant.organisation_id
    assert bell_of(caller).items == ()
    ana = join(caller, "Ana Pérez", member.email)
    project = make_project(tenant)
    late = clock.now().date() - timedelta(days=9)
    task = give(tenant, project, "Portada", due_date=late)
    given_at_once = give(tenant, project, "Agenda", assignee_id=ana.id)
    change_task(whose, task.id, {"assignee_id": ana.id})
    add_comment(whose, task.id, "@ana.perez, ¿para cuándo?", author=make_person(tenant, "Bea Ruiz"))
    # What she does herself, and what means others, is no news to her.
    add_comment(whose, task.id, "@ana.perez soy yo", author=ana)
    add_comment(whose, task.id, "@bea.ruiz, ¿lo ves?", author=ana)
    with acting_for(caller.who, "Ana Pérez"):
        give(tenant, project, "Lo mío", assignee_id=ana.id)
    look(whose, clock.now())
    bell = bell_of(caller)
    told = [(each.kind, each.task_id, each.told) for each in bell.items]
    assert told[0] == ("reminded", task.id, "late")
    assert told[1] == ("mentioned", task.id, "@ana.perez, ¿para cuándo?")
    assert sorted(told[2:]) == sorted([("given", task.id, ""), ("given", given_at_once.id, "")])
    assert bell.unread == unread_of(caller) == 4
    see_bell(caller)
    assert (unread_of(caller), bell_of(caller).unread, len(bell_of(caller).items)) == (0, 0, 4)
    # A task that is done asks for nothing any more.
    change_task(whose, given_at_once.id, {"status": "done"})
    assert len(bell_of(caller).items) == 3
    assert (bell_of(program(tenant)).items, unread_of(program(tenant))) == ((), 0)


def test_all_that_is_new_is_counted_and_the_newest_is_listed(app: Flask, tenant: Tenant) -> None:
    member = make_member(tenant, Role.AGENT)
    ana = join(person(tenant, member), "Ana Pérez", member.email)
    project = make_project(tenant)
    for number in range(MOST + 3):
        give(tenant, project, f"Página {number}", assignee_id=ana.id)
    bell = bell_of(person(tenant, member))
    assert (bell.unread, len(bell.items), bell.items[0].title) == (MOST + 3, MOST, f"Página {MOST + 2}")
    browser = sign_in(app, member)
    with counted(app) as seen:
        assert f"{MOST + 3}" in browser.get("/admin/me/bell/count").text
    # Who it is, and one that counts: no notice is loaded.
    assert len(seen) == 2, seen
    assert "count(*)" in seen[-1]


def test_a_rule_that_is_broken_rings_until_it_is_mended(app: Flask, tenant: Tenant) -> None:
    member = make_member(tenant, Role.AGENT)
    caller, whose = person(tenant, member), tenant.organisation_id
    ana = join(caller, "Ana Pérez", member.email)
    task = give(tenant, make_project(tenant), "Portada", assignee_id=ana.id)
    for _ in range(2):
        check_work(whose, clock.now())
        look(whose, clock.now())
        told = [each for each in bell_of(caller).items if each.told == "broken_rule"]
        assert [(each.kind, each.task_id) for each in told] == [("reminded", task.id)]
    assert "Incumple una regla del manual" in sign_in(app, member).get("/admin/me/bell").text
    change_task(whose, task.id, {"title": "Diseñar la portada"})
    check_work(whose, clock.now())
    look(whose, clock.now())
    assert [each.kind for each in bell_of(caller).items] == ["given"]


def test_the_page_tells_how_much_is_new(app: Flask, tenant: Tenant) -> None:
    member = make_member(tenant, Role.VIEWER)
    browser = sign_in(app, member)
    assert "/admin/me/bell/count" in browser.get("/admin").text
    assert "Nada le concierne todavía" in browser.get("/admin/me/bell").text
    ana = join(person(tenant, member), "Ana Pérez", member.email)
    give(tenant, make_project(tenant), "Portada <b>", assignee_id=ana.id)
    count = browser.get("/admin/me/bell/count", headers={"HX-Request": "true"})
    assert "1 nuevo" in count.text
    again = browser.get("/admin/me/bell/count", headers={"HX-Request": "true", "HX-PTag": count.headers["HX-PTag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Portada &lt;b&gt;" in browser.get("/admin/me/bell").text
    assert browser.post("/admin/me/bell/seen", headers=OURS).status_code == 303
    assert "1 nuevo" not in browser.get("/admin/me/bell/count").text
