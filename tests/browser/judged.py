"""What a chamber has after a month: thumbs and stars, reviews, a candidate that harms, questions, a table."""

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
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.evaluation.experiments.ending import begin
from cci_app.evaluation.experiments.versions import make_version
from cci_app.evaluation.experiments.watching import watch_experiments
from cci_app.evaluation.review.queue import draw
from cci_app.evaluation.simulation.job import ask_for_report, run_evaluation
from cci_app.feedback.models import Feedback
from cci_app.knowledge.models import UnansweredQuestion
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.catalog.ready import make_cars
from tests.conftest import Tenant

COMMENTS: Final = {
    "fr": ("Il manquait le prix pour les non-membres.", "Réponse claire et rapide.", "Je voulais parler à quelqu’un."),
    "es": ("Faltó el precio para no afiliados.", "Respuesta clara y rápida.", "Quería hablar con alguien."),
}
NOTES: Final = {"fr": "Une huitième question", "es": "Una octava pregunta"}
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
_SHARES: Final = ((1, 96, 3), (1001, 88, 34))


def furnish_judged(app: Flask, tenant: Tenant, language: str) -> None:
    """Judge the conversations of an organisation that is furnished already."""
    chance = random.Random(7)
    _give_feedback(tenant, language, chance)
    _review(app, tenant, chance)
    _ask(tenant, language)
    make_cars(tenant)
    _try_a_worse_one(tenant, NOTES[language])


def _give_feedback(tenant: Tenant, language: str, chance: random.Random) -> None:
    comments = iter(COMMENTS[language])
    with tenant_transaction(tenant.organisation_id) as session:
        session.execute(sa.update(Logged).values(version=1))
        newest = sa.select(Logged).where(Logged.kind == "message").order_by(Logged.timestamp.desc()).limit(300)
        stars: set[uuid.UUID] = set()
        for place, each in enumerate(session.scalars(newest)):
            whose = {name: getattr(each, name) for name in ("organisation_id", "assistant", "user_id")}
            at = each.timestamp + timedelta(minutes=1)
            if chance.random() < 0.3:
                value = 1 if chance.random() < 0.8 else -1
                comment = next(comments, None) if place < 25 else None
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
            judged = {"served": sample["id"] % 4 > 0, "correct": chance.random() < 0.9}
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
    """A candidate with one question more, its report, and a share of the people that its guard rail stops."""
    whose, catalogue = tenant.organisation_id, get_conversation().catalogue
    questions = catalogue.files.content("cci")["agents"]["questionnaire"]["questions"]
    changes = {"agents": {"questionnaire": {"questions": [*questions, {**questions[-1], "id": "one_more"}]}}}
    candidate = make_version(catalogue, whose, "cci", changes, note)
    run_evaluation(ask_for_report(whose, "cci", candidate, times=2, recorded=0, seed=1).id)
    order = {"assistant": "cci", "candidate": candidate, "share": 0.5, "goal": Goal.COMPLETED}
    begun = begin(whose, {**order, "window_hours": 24, "planned": 2000})
    with tenant_transaction(whose) as session:
        session.execute(sa.update(Experiment).values(started_at=clock.now() - timedelta(days=6)))
        for version, people, failed in _SHARES:
            for number in range(people):
                _log(session, tenant, (begun["id"], version), number, failed=number % people < failed)
    assert watch_experiments() == 1


def _log(session: Any, tenant: Tenant, whose: tuple[int, int], number: int, *, failed: bool) -> None:
    experiment, version = whose
    at = clock.now() - timedelta(days=number % 6, hours=1)
    session.add(
        Logged(
            organisation_id=tenant.organisation_id,
            assistant="cci",
            user_id=f"+5730{version:04}{number:04}",
            event_id=uuid.uuid4().int >> 70,
            run_id=uuid.uuid4(),
            user_message="Hola",
            agent_response="¡Hola! " + "." * (180 if version == 1 else 260),
            has_client_context=False,
            response_time_ms=900 if version == 1 else 1500,
            timestamp=at,
            version=version,
            experiment_id=experiment,
            failed=failed,
        )
    )
