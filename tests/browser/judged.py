"""What an organisation has after a month: thumbs and stars, reviews, questions, a table, a candidate that harms."""

import random
import uuid
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask

from cci_app.accounts.caller import Role
from cci_app.assistants.experiments.models import Experiment, Goal
from cci_app.conversation.models import Conversation as Logged
from cci_app.conversation.service import get_conversation
from cci_app.coordination.crm.side import kind_of_leads
from cci_app.coordination.models import OutsideKind
from cci_app.coordination.sync.conflicts import note_trouble
from cci_app.coordination.sync.models import ConflictCause, SyncPosition
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.evaluation.experiments.ending import begin
from cci_app.evaluation.experiments.versions import make_version
from cci_app.evaluation.experiments.watching import watch_experiments
from cci_app.evaluation.review.queue import draw
from cci_app.evaluation.simulation.job import ask_for_report, run_evaluation
from cci_app.feedback.models import Feedback
from cci_app.integrations.accounts import integrations
from cci_app.knowledge.documents.loading import load_folder
from cci_app.knowledge.models import UnansweredQuestion
from cci_app.leads.models import Lead, LeadRecord
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.catalog.ready import CARS, make_cars
from tests.conftest import Tenant

COMMENTS: Final = {
    "fr": ("Il manquait le prix pour les non-membres.", "Réponse claire et rapide.", "Je voulais parler à quelqu’un."),
    "es": ("Faltó el precio para no afiliados.", "Respuesta clara y rápida.", "Quería hablar con alguien."),
}
NOTES: Final = {"fr": "Crédits de 60 et 72 mois seulement", "es": "Solo créditos de 60 y 72 meses"}
SELLER: Final = "autos"
ASKED: Final = {
    "fr": (
        ("Acceptez-vous les cartes de crédit ?", "Puis-je payer par carte de crédit ?", "Paiement par carte ?"),
        ("Y a-t-il un parking pour les visiteurs ?", "Où se garer pour une réunion ?"),
        ("Proposez-vous des cours de portugais ?",),
    ),
    "es": (
        ("¿Aceptan tarjetas de crédito?", "¿Puedo pagar con tarjeta de crédito?", "¿Pago con tarjeta?"),
        ("¿Hay parqueadero para visitantes?", "¿Dónde parqueo si voy a una reunión?"),
        ("¿Dan cursos de portugués?",),
    ),
}
# Of each version the people, those who became a lead, and those who found an answer bad.
_SHARES: Final = ((1, 96, 23, 3), (1001, 88, 11, 34))


def furnish_judged(app: Flask, tenant: Tenant, language: str) -> None:
    """Judge the conversations of an organisation that is furnished already."""
    chance = random.Random(7)
    _give_feedback(tenant, language, chance)
    _review(app, tenant, chance)
    _ask(tenant, language)
    make_cars(tenant)
    _try_a_worse_one(tenant, NOTES[language])
    _give_leads(tenant)


def _give_feedback(tenant: Tenant, language: str, chance: random.Random) -> None:
    comments = iter(COMMENTS[language])
    with tenant_transaction(tenant.organisation_id) as session:
        session.execute(sa.update(Logged).values(version=1))
        newest = sa.select(Logged).where(Logged.kind == "message").order_by(Logged.timestamp.desc()).limit(300)
        stars: set[uuid.UUID] = set()
        # As they were given: the newest has the greatest id.
        for place, each in enumerate(reversed(session.scalars(newest).all())):
            whose = {name: getattr(each, name) for name in ("organisation_id", "assistant", "user_id")}
            at = each.timestamp + timedelta(minutes=1)
            if chance.random() < 0.3:
                value = 1 if chance.random() < 0.8 else -1
                comment = next(comments, None) if place > 275 else None
                thumb = {"kind": "thumb", "value": value, "source": "button", "event_id": each.event_id}
                session.add(Feedback(**whose, **thumb, version=1, given_at=at, comment=comment))
            elif each.run_id not in stars and chance.random() < 0.3:
                stars.add(each.run_id)
                value = chance.choice((3, 4, 5, 5))
                rated = {"kind": "stars", "value": value, "source": "words", "run_id": each.run_id}
                session.add(Feedback(**whose, **rated, version=1, asked_at=at, given_at=at))


def _review(app: Flask, tenant: Tenant, chance: random.Random) -> None:
    draw(tenant.organisation_id, "cci", 20)
    for _ in range(2):
        browser = sign_in(app, make_member(tenant, Role.AGENT))
        for _ in range(12):
            sample: Any = (browser.get("/api/v1/reviews/next", headers=OURS).json or {})["sample"]
            if sample is None:
                break
            # Two people agree on most, and not on all.
            served, correct = (sample["id"] % part > 0 for part in (4, 5))
            judged = {"served": served ^ (chance.random() < 0.04), "correct": correct ^ (chance.random() < 0.06)}
            browser.post(f"/api/v1/reviews/{sample['id']}", headers=OURS, json=judged)


def _ask(tenant: Tenant, language: str) -> None:
    with tenant_transaction(tenant.organisation_id) as session:
        for group, questions in enumerate(ASKED[language]):
            for number, question in enumerate(questions):
                session.add(
                    UnansweredQuestion(
                        organisation_id=tenant.organisation_id,
                        assistant="cci",
                        user_id=f"+57300000{group}{number:03}",
                        event_id=uuid.uuid4().int >> 70,
                        question=question,
                        language=language,
                        asked_at=clock.now() - timedelta(days=group, hours=number),
                    )
                )


def _try_a_worse_one(tenant: Tenant, note: str) -> None:
    """A candidate with fewer terms of credit, its report, and a share of the people that its guard rail stops."""
    whose, catalogue = tenant.organisation_id, get_conversation().catalogue
    load_folder(whose, CARS / "documents", assistant=SELLER)
    changes = {"agents": {"finanzas": {"months": [60, 72], "least": 60}}}
    candidate = make_version(catalogue, whose, SELLER, changes, note)
    run_evaluation(ask_for_report(whose, SELLER, candidate, times=3, recorded=0, seed=1).id)
    order = {"assistant": SELLER, "candidate": candidate, "share": 0.5, "goal": Goal.LEAD}
    begun = begin(whose, {**order, "window_hours": 24, "planned": 2000})
    with tenant_transaction(whose) as session:
        session.execute(sa.update(Experiment).values(started_at=clock.now() - timedelta(days=6)))
        for version, people, leads, bad in _SHARES:
            for number in range(people):
                _log(
                    session, tenant, (begun["id"], version), number, wants=number < leads, is_bad=number >= people - bad
                )
    assert watch_experiments() == 1


def _give_leads(tenant: Tenant) -> None:
    """A CRM that took the leads, but for the last one."""
    whose, kind = tenant.organisation_id, OutsideKind.CRM
    address = {"base_url": "https://crm.example.org", "leads": "rest-leads"}
    integrations.add(whose, kind.value, "main", address, {"secret": "made-up"})
    last: LeadRecord | None = None
    with tenant_transaction(whose) as session:
        position = {"organisation_id": whose, "kind": kind_of_leads(kind), "since": clock.now()}
        session.add(SyncPosition(**position, not_before=clock.now(), checked_at=clock.now()))
        for lead in session.scalars(sa.select(Lead).order_by(Lead.id)):
            person = {name: getattr(lead, name) for name in ("organisation_id", "assistant", "user_id")}
            ids = {"first_lead_id": lead.id, "last_lead_id": lead.id, "last_lead_at": lead.created_at}
            last = LeadRecord(**person, **ids, kind=kind.value, state="given", changed_at=clock.now())
            session.add(last)
        assert last is not None
        last.state = "refused"
        reason = "the CRM answered 422: phone is no number"
        note_trouble(session, whose, ConflictCause.NOT_TAKEN, kind_of_leads(kind), last.key, reason)


def _log(session: Any, tenant: Tenant, whose: tuple[int, int], number: int, *, wants: bool, is_bad: bool) -> None:
    experiment, version = whose
    at = clock.now() - timedelta(days=number % 6, hours=1)
    person: dict[str, Any] = {
        "organisation_id": tenant.organisation_id,
        "assistant": SELLER,
        "user_id": f"+5730{version:04}{number:04}",
        "event_id": uuid.uuid4().int >> 70,
    }
    if wants:
        session.add(Lead(**person, name="Ana Ejemplo", interest="quiero verlo", created_at=at + timedelta(minutes=4)))
    if is_bad or number % 3 == 0:
        thumb = {"kind": "thumb", "value": -1 if is_bad else 1, "source": "button", "version": version}
        session.add(Feedback(**person, **thumb, given_at=at + timedelta(minutes=2)))
    session.add(
        Logged(
            **person,
            run_id=uuid.uuid4(),
            user_message="¿Y a 48 meses?",
            agent_response="." * (230 if version == 1 else 160),
            has_client_context=False,
            response_time_ms=900 if version == 1 else 870,
            timestamp=at,
            version=version,
            experiment_id=experiment,
            failed=False,
        )
    )
