"""Which assistants may be written to from the web, from which pages, and whether by a link."""

import re
import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from cci_app.conversation.service import get_conversation
from cci_app.core.audit import record
from cci_app.core.database import keyless_transaction, tenant_transaction
from cci_app.core.errors import InvalidInput, NotFound
from cci_app.web_chats.models import ORIGIN_LENGTH, WebChat

MOST_ORIGINS = 20
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_HOST = re.compile(r"[a-z0-9.-]{1,253}(:[0-9]{1,5})?")
# One's own machine, while a page is being made.
_HERE = frozenset({"localhost", "127.0.0.1"})


def read_origin(written: str) -> str:
    """Where a page is, as a browser tells it: `https://example.org`. Raises InvalidInput for what is no such place."""
    try:
        parts = urlsplit(written.strip().rstrip("/").lower())
        host, netloc = parts.hostname, parts.netloc
    except ValueError:
        host, netloc = None, ""
    scheme_fits = host is not None and (parts.scheme == "https" or (parts.scheme == "http" and host in _HERE))
    if not scheme_fits or not _HOST.fullmatch(netloc) or parts.path or parts.query or len(written) > ORIGIN_LENGTH:
        said = "write where the page is, such as https://www.example.org: https and the host, without a path"
        raise InvalidInput(said, details={"origins": [said]})
    # A browser leaves the usual port out.
    return f"{parts.scheme}://{netloc}".removesuffix(":443" if parts.scheme == "https" else ":80")


def list_chats(organisation_id: int) -> Sequence[WebChat]:
    """Those of an organisation, by the assistants' names."""
    chosen = sa.select(WebChat).where(WebChat.organisation_id == organisation_id).order_by(WebChat.assistant)
    with tenant_transaction(organisation_id) as session:
        return session.scalars(chosen).all()


def set_chat(organisation_id: int, assistant: str, origins: Sequence[str], *, has_link: bool) -> WebChat:
    """Let an assistant be written to from pages of these origins, and by a link; its token stays.

    Raises InvalidInput for an assistant that there is not, and for what is no origin.
    """
    name = get_conversation().catalogue.find(organisation_id, assistant).name
    known = list(dict.fromkeys(map(read_origin, origins)))
    if len(known) > MOST_ORIGINS:
        raise InvalidInput(f"name {MOST_ORIGINS} places at most", details={"origins": ["Too many."]})
    with tenant_transaction(organisation_id) as session:
        made = insert(WebChat).values(
            organisation_id=organisation_id, assistant=name, token=_token(), origins=known, has_link=has_link
        )
        # In one statement: between two, somebody may remove it.
        row = session.scalars(
            made.on_conflict_do_update(
                index_elements=["organisation_id", "assistant"], set_={"origins": known, "has_link": has_link}
            ).returning(WebChat),
            execution_options={"populate_existing": True},
        ).one()
        told = {"origins": known, "has_link": has_link}
        record(session, organisation_id, "web_chat.changed", f"assistant:{name}", told)
        return row


def renew_chat(organisation_id: int, assistant: str) -> WebChat:
    """Give it another token: links and pages that have the former show nothing any more. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        row = session.scalars(_of(organisation_id, assistant).with_for_update()).one_or_none()
        if row is None:
            raise _nothing()
        row.token = _token()
        record(session, organisation_id, "web_chat.renewed", f"assistant:{assistant}")
        return row


def remove_chat(organisation_id: int, assistant: str) -> None:
    """Let nobody write to it from the web any more; what was said stays. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        row = session.scalars(_of(organisation_id, assistant).with_for_update()).one_or_none()
        if row is None:
            raise _nothing()
        session.delete(row)
        record(session, organisation_id, "web_chat.removed", f"assistant:{assistant}")


def find_chat(token: str) -> WebChat | None:
    """That with this token, whichever organisation's it is."""
    if not TOKEN.fullmatch(token):
        return None
    with keyless_transaction(chat_token=token) as session:
        return session.scalars(sa.select(WebChat).where(WebChat.token == token)).one_or_none()


def _of(organisation_id: int, assistant: str) -> sa.Select[WebChat]:
    return sa.select(WebChat).where(WebChat.organisation_id == organisation_id, WebChat.assistant == assistant)


def _token() -> str:
    return secrets.token_urlsafe(16)


def _nothing() -> NotFound:
    return NotFound("nobody may write to that assistant from the web")
