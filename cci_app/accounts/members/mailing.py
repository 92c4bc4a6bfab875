"""Sending the links that wait to be sent, and forgetting what is over. For the worker."""

from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa
import structlog
from flask import current_app

from cci_app.accounts.members.links import PATHS, seal_of
from cci_app.accounts.members.models import LinkKind, MailState, Member, MemberLink, MemberSession
from cci_app.accounts.members.sessions import WHOLE
from cci_app.accounts.models import Organisation
from cci_app.core import clock
from cci_app.core.database import system_transaction
from cci_app.core.errors import Unavailable
from cci_app.core.mail import Mail, MailRefused, is_mail_set_up, send_mail
from config.settings import Settings

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 6
_FIRST_PAUSE_SECONDS = 60
_KEPT = timedelta(days=30)
_AT_ONCE = 20

# Subject and text, by what the link is for and the language of who reads it.
_WORDS: Mapping[LinkKind, Mapping[str, tuple[str, str]]] = {
    LinkKind.INVITATION: {
        "es": (
            "Invitación a {organisation}",
            "Hola:\n\n{made_by} le invita a administrar el asistente de {organisation}.\n\n"
            "Abra este enlace y elija una contraseña:\n{link}\n\n"
            "El enlace sirve una sola vez, durante 7 días. Si no esperaba este mensaje, puede ignorarlo.\n",
        ),
        "fr": (
            "Invitation de {organisation}",
            "Bonjour,\n\n{made_by} vous invite à administrer l’assistant de {organisation}.\n\n"
            "Ouvrez ce lien et choisissez un mot de passe :\n{link}\n\n"
            "Ce lien est valable une seule fois, pendant 7 jours. Si vous n’attendiez pas ce message, ignorez-le.\n",
        ),
        "en": (
            "Invitation to {organisation}",
            "Hello,\n\n{made_by} invites you to look after the assistant of {organisation}.\n\n"
            "Open this link and choose a password:\n{link}\n\n"
            "The link works once, within 7 days. If you did not expect this message, ignore it.\n",
        ),
    },
    LinkKind.SIGN_UP: {
        "es": (
            "Cree la cuenta de su organización",
            "Hola:\n\nPara crear la cuenta de su organización, abra este enlace:\n{link}\n\n"
            "El enlace sirve una sola vez, durante 7 días. Si no esperaba este mensaje, puede ignorarlo: sin el enlace"
            " no se crea nada.\n",
        ),
        "fr": (
            "Créez le compte de votre organisation",
            "Bonjour,\n\nPour créer le compte de votre organisation, ouvrez ce lien :\n{link}\n\n"
            "Ce lien est valable une seule fois, pendant 7 jours. Si vous n’attendiez pas ce message, ignorez-le : sans"
            " ce lien, rien n’est créé.\n",
        ),
        "en": (
            "Create your organisation’s account",
            "Hello,\n\nTo create the account of your organisation, open this link:\n{link}\n\n"
            "The link works once, within 7 days. If you did not expect this message, ignore it: nothing is created"
            " without the link.\n",
        ),
    },
    LinkKind.RESET: {
        "es": (
            "Nueva contraseña",
            "Hola:\n\nPara elegir una nueva contraseña en {organisation}, abra este enlace:\n{link}\n\n"
            "El enlace sirve una sola vez, durante 2 horas. Si no lo pidió, ignore este mensaje: su contraseña sigue"
            " siendo la misma.\n",
        ),
        "fr": (
            "Nouveau mot de passe",
            "Bonjour,\n\nPour choisir un nouveau mot de passe chez {organisation}, ouvrez ce lien :\n{link}\n\n"
            "Ce lien est valable une seule fois, pendant 2 heures. Si vous n’avez rien demandé, ignorez ce message :"
            " votre mot de passe reste le même.\n",
        ),
        "en": (
            "New password",
            "Hello,\n\nTo choose a new password at {organisation}, open this link:\n{link}\n\n"
            "The link works once, within 2 hours. If you did not ask for it, ignore this message: your password stays"
            " as it is.\n",
        ),
    },
}


def send_waiting() -> int:
    """Send the links that wait, and return how many were sent.

    Each is claimed before it is sent; when the process dies meanwhile, it is sent again: a link that arrives twice
    works once.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if not is_mail_set_up(settings):
        return 0
    sent = 0
    for link, mail in _claimed(settings):
        state, reason = MailState.SENT, None
        try:
            send_mail(settings, mail)
            sent += 1
        except Unavailable as error:
            state, reason = MailState.QUEUED, error.message
            if link.mail_attempts >= MOST_ATTEMPTS:
                state = MailState.FAILED
        except MailRefused as error:
            state, reason = MailState.FAILED, error.message
        if reason is not None:
            log.warning("mail_not_sent", kind=link.kind, attempts=link.mail_attempts, reason=reason)
        values = {"mail_state": state, "mail_reason": reason}
        if state is not MailState.QUEUED:
            values["sealed_token"] = None
        with system_transaction() as session:
            session.execute(sa.update(MemberLink).where(MemberLink.id == link.id).values(values))
    return sent


def forget_old() -> int:
    """Delete links and sessions that have been over for a month; returns how many."""
    now = clock.now()
    old_links = MemberLink.expires_at < now - _KEPT
    old_sessions = MemberSession.created_at < now - WHOLE - _KEPT
    with system_transaction() as session:
        gone = [
            *session.execute(sa.delete(MemberLink).where(old_links).returning(MemberLink.id)),
            *session.execute(sa.delete(MemberSession).where(old_sessions).returning(MemberSession.id)),
        ]
    return len(gone)


def _claimed(settings: Settings) -> list[tuple[MemberLink, Mail]]:
    now = clock.now()
    waiting = (
        sa.select(MemberLink)
        .where(MemberLink.mail_state == MailState.QUEUED, MemberLink.mail_not_before <= now)
        .order_by(MemberLink.mail_not_before)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    with system_transaction() as session:
        for link in session.scalars(waiting):
            link.mail_attempts += 1
            link.mail_not_before = now + timedelta(seconds=_FIRST_PAUSE_SECONDS * 2**link.mail_attempts)
            token = seal_of(link).open(link.sealed_token or "")
            if token is None or link.used_at is not None or link.expires_at <= now:
                link.mail_state, link.sealed_token = MailState.FAILED, None
                link.mail_reason = "the link could not be read any more, or was over before it was sent"
                continue
            organisation = session.get(Organisation, link.organisation_id) if link.organisation_id else None
            member = session.get(Member, link.member_id) if link.member_id is not None else None
            language = link.language or (member.language if member else None)
            if organisation is not None:
                language = language or organisation.language
            mail = _mail(
                settings,
                link,
                token,
                organisation.name if organisation else "",
                language or settings.organisation_language,
            )
            claimed.append((link, mail))
    return claimed


def _mail(settings: Settings, link: MemberLink, token: str, organisation: str, language: str) -> Mail:
    kind = LinkKind(link.kind)
    subject, text = _WORDS[kind][language]
    told = {
        "organisation": _one_line(organisation),
        "made_by": _one_line(link.made_by or organisation),
        "link": f"{(settings.public_url or '').rstrip('/')}{PATHS[kind]}/{token}",
    }
    return Mail(link.email, subject.format(**told), text.format(**told))


def _one_line(text: str) -> str:
    """What an organisation calls itself cannot add lines, or a header, to a mail."""
    return " ".join(text.split())
