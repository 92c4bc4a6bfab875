"""Certificates: issued once a day of each kind, made into a paper when somebody opens its link."""

import secrets
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask import current_app

from cci_app.core.database import tenant_transaction
from cci_app.core.errors import NotFound
from cci_app.core.sealed import Seal
from cci_app.records.models import Certificate
from cci_app.records.paper import Line, paper
from config.settings import Settings

LINK_SECONDS = 24 * 3600
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 8
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext('certificates'), CAST(:organisation_id AS integer))")
_SLUG = sa.text("SELECT slug, name FROM organisations WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Certifying:
    """What is to be certified of somebody: a kind, a title, the sentences, and who signs."""

    kind: str
    subject_id: int
    title: str
    text: str
    signed_by: str


def issue(organisation_id: int, wanted: Certifying, today: date) -> Certificate:
    """The certificate of today; asked for again the same day it is the same one. Numbers go up without a gap."""
    same = sa.select(Certificate).where(
        Certificate.organisation_id == organisation_id,
        Certificate.subject_id == wanted.subject_id,
        Certificate.kind == wanted.kind,
        Certificate.issued_on == today,
    )
    with tenant_transaction(organisation_id) as session:
        session.execute(_LOCK, {"organisation_id": organisation_id})
        known = session.scalars(same).one_or_none()
        if known is not None:
            return known
        of_year = Certificate.number.startswith(f"{today.year}-")
        count = session.scalar(sa.select(sa.func.count()).select_from(Certificate).where(of_year)) or 0
        made = Certificate(
            organisation_id=organisation_id,
            number=f"{today.year}-{count + 1:06}",
            kind=wanted.kind,
            subject_id=wanted.subject_id,
            title=wanted.title,
            text=wanted.text,
            signed_by=wanted.signed_by,
            check_code="".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH)),
            issued_on=today,
        )
        session.add(made)
        session.flush()
        return made


def link_to(certificate: Certificate) -> str:
    """Where the paper can be fetched for a day; empty where this installation has no public address."""
    settings = _settings()
    told = {"organisation": certificate.organisation_id, "certificate": certificate.id}
    token = _seal(settings).seal_for(LINK_SECONDS, **told)
    return f"{settings.public_url.rstrip('/')}/certificates/{token}" if settings.public_url else ""


def paper_of(token: str) -> tuple[str, bytes]:
    """Name and content of the paper that a link leads to. Raises NotFound for one that is not ours, or is over."""
    told = _seal(_settings()).open_in_time(token)
    if told is None:
        raise NotFound("this link is over: ask for the certificate again")
    organisation_id = told["organisation"]
    with tenant_transaction(organisation_id) as session:
        certificate = session.get(Certificate, told["certificate"])
        organisation = session.execute(_SLUG, {"id": organisation_id}).one()
    if certificate is None:
        raise NotFound("this certificate is not on record any more")
    check = check_address(organisation.slug, certificate)
    lines = (
        Line(organisation.name, 12, "center"),
        Line(certificate.title, 20, "center", bold=True, before=40),
        Line(certificate.text, 12, before=40),
        Line(f"{certificate.issued_on:%d/%m/%Y}", 12, "right", before=40),
        Line(certificate.signed_by, 12, "right"),
        Line(f"N° {certificate.number} · {certificate.check_code}", 10, before=60),
        Line(check, 10),
    )
    return f"{certificate.kind}-{certificate.number}.pdf", paper(certificate.title, lines)


def check_address(slug: str, certificate: Certificate) -> str:
    """Where anybody who holds the paper sees whether it is ours."""
    base = (_settings().public_url or "").rstrip("/")
    return f"{base}/check/{slug}/{certificate.number}/{certificate.check_code}"


def checked(organisation_id: int, number: str, code: str) -> Certificate | None:
    """The certificate with that number and code; None where there is none."""
    with tenant_transaction(organisation_id) as session:
        found = session.scalars(sa.select(Certificate).where(Certificate.number == number)).one_or_none()
    return found if found is not None and secrets.compare_digest(found.check_code.encode(), code.encode()) else None


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _seal(settings: Settings) -> Seal:
    return Seal(settings.secret_key, "certificate")
