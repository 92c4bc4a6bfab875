"""A new version with a browser: a candidate, its report, a share of the people, and back."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cci_app.assistants.experiments.register import list_experiments
from cci_app.evaluation.simulation.job import reports_of, run_evaluation
from tests.browser.test_docs import Complaints
from tests.conftest import Tenant
from tests.fakes.watching import barriers, too_wide

pytestmark = pytest.mark.browser


def test_a_candidate_is_made_reported_on_shared_and_taken_back(
    app: Flask, tenant: Tenant, signed_in: Callable[..., Page], address: str
) -> None:
    page = signed_in(tenant, width=375, bypass_csp=True)
    complaints = Complaints(page, address)
    page.goto(f"{address}/admin/versions/cci")
    page.get_by_text("Hacer una candidata").click()
    page.get_by_label("Qué cambia, en pocas palabras").fill("Más breve")
    page.locator("textarea[name=changes]").fill("texts:\n  holding:\n    es: Ya voy.\n")
    page.get_by_role("button", name="Hacerla").click()
    expect(page.locator("#candidate")).to_contain_text("Más breve")

    page.get_by_label("Conversaciones por persona").fill("1")
    page.get_by_role("button", name="Pedir un informe").click()
    expect(page.locator("#report").get_by_role("status")).to_be_visible()
    (job,) = reports_of(tenant.organisation_id, "cci")
    run_evaluation(job.id)
    # The page finds it by itself.
    expect(page.locator("#report .measures svg").first).to_be_visible()
    expect(page.locator("#report .legend").first).to_contain_text("1001")
    assert barriers(page) == []
    assert too_wide(page) <= 0

    page.get_by_role("button", name="Empezar").click()
    expect(page.locator("#share")).to_contain_text("En marcha")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Volver a la versión 1").click()
    expect(page.locator("#share")).to_contain_text("Detenido")
    (ended,) = list_experiments(tenant.organisation_id, "cci")
    assert ended["state"] == "stopped"
    assert complaints.all() == []
