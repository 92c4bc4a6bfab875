"""Files of a conversation with a human: what colleagues send leaves as a link, what people sent can be opened.

A channel fetches what it is to send from an address of ours, so that one has to be public. The link holds a sealed
token that is over after some days.
"""

import mimetypes
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import sqlalchemy as sa
from flask import Response, current_app, stream_with_context
from sqlalchemy.orm import Session

from cci_app.channels.message import Audio, Document, File, Image, Video
from cci_app.conversation.inbound import Person
from cci_app.conversation.media import InboundFile
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, InvalidInput, NotFound
from cci_app.core.sealed import Seal
from cci_app.files.store import file_store
from cci_app.handoff.models import Handoff, OutboundFile
from config.settings import Settings

LINK_SECONDS = 7 * 24 * 3600
# WhatsApp shows that much below a file.
LONGEST_CAPTION = 1024
_BLOCK_BYTES = 64 * 1024
_LONGEST_ID = 18
# By the ending of the name: what the channels take from us.
SENDABLE = {
    "image": ("image/jpeg", "image/png", "image/webp"),
    "audio": ("audio/mpeg", "audio/mp4", "audio/ogg"),
    "video": ("video/mp4",),
}
_PARTS: dict[str, type[File]] = {"image": Image, "audio": Audio, "video": Video}
_OTHER_ENDINGS = {".m4a": "audio/mp4", ".ogg": "audio/ogg", ".webp": "image/webp"}
DOCUMENTS = frozenset({".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".txt", ".csv"})
# The same for a browser's choice of files.
ACCEPTED = ",".join((*(each for types in SENDABLE.values() for each in types), *sorted(DOCUMENTS)))
# What a browser may show by itself; everything else is saved.
_SHOWN = frozenset((*SENDABLE["image"], *SENDABLE["audio"], *SENDABLE["video"], "image/gif", "application/pdf"))


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that is to be sent: its name, as the colleague knows it, and its content."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is kept, to be read and closed."""

    name: str
    media_type: str
    content: IO[bytes]


class Enclosed:
    """An enclosure in the file storage, on its way into a message."""

    def __init__(self, person: Person, enclosure: Enclosure) -> None:
        settings = _settings()
        if settings.webhook_base is None:
            raise Conflict("files need a public address, from which channels fetch them: set PUBLIC_URL")
        kind, media_type, ending = _kind_of(enclosure.name)
        if not enclosure.content or len(enclosure.content) > settings.max_upload_bytes:
            most = settings.max_upload_bytes // 2**20
            raise InvalidInput(
                f"a file has from one byte to {most} MiB", details={"file": [f"Empty, or larger than {most} MiB."]}
            )
        self.id = uuid.uuid4()
        self.file_key = f"sent/{person.organisation_id}/{self.id}{ending}"
        self._person, self._enclosure, self._part, self._media_type = person, enclosure, kind, media_type
        self.is_sent = False

    def part(self, caption: str) -> File:
        """The file as a part of a message, with words below it."""
        told = {"organisation": self._person.organisation_id, "file": str(self.id)}
        token = _seal().seal_for(LINK_SECONDS, **told)
        url = f"{_settings().webhook_base}/files/{token}"
        return self._part(url=url, name=self._enclosure.name, caption=caption, media_type=self._media_type)

    def note(self, session: Session, outbound_id: int) -> None:
        """Write down which message has it."""
        session.add(
            OutboundFile(
                **self._person.columns,
                id=self.id,
                outbound_id=outbound_id,
                file_key=self.file_key,
                name=self._enclosure.name,
                media_type=self._media_type,
                size=len(self._enclosure.content),
            )
        )
        self.is_sent = True


@contextmanager
def enclosing(person: Person, enclosure: Enclosure | None) -> Iterator[Enclosed | None]:
    """The file, kept before anything of it leaves; where no message takes it up it is gone again.

    Raises InvalidInput for what no channel takes, Conflict where channels could not fetch it.
    """
    if enclosure is None:
        yield None
        return
    enclosed, store = Enclosed(person, enclosure), file_store(_settings())
    store.put(enclosed.file_key, enclosure.content)
    try:
        yield enclosed
    except BaseException:
        store.delete(enclosed.file_key)
        raise
    if not enclosed.is_sent:
        store.delete(enclosed.file_key)


def file_of_link(token: str) -> Opened:
    """What a link leads to. Raises NotFound for one that is not ours, or is over."""
    told = _seal().open_in_time(token)
    if told is None:
        raise NotFound("this link is over")
    with tenant_transaction(told["organisation"]) as session:
        found = session.get(OutboundFile, uuid.UUID(told["file"]))
    if found is None:
        raise NotFound("this file is not kept any more")
    return Opened(found.name, found.media_type, file_store(_settings()).open(found.file_key))


def file_of_message(person: Person, outbound_id: int) -> Opened:
    """The file that a person was sent with a message. Raises NotFound."""
    same = sa.select(OutboundFile).where(*person.owns(OutboundFile), OutboundFile.outbound_id == outbound_id)
    with tenant_transaction(person.organisation_id) as session:
        found = session.scalars(same).one_or_none()
    if found is None:
        raise NotFound("this file is not kept any more")
    return Opened(found.name, found.media_type, file_store(_settings()).open(found.file_key))


def file_of_request(organisation_id: int, handoff_id: int, file_id: str) -> Opened:
    """A file that the person of a request sent, by its number, or was sent, by its UUID. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        handoff = session.get(Handoff, handoff_id)
        found = _file(session, file_id)
        if handoff is None or found is None or _whose(found) != _whose(handoff):
            raise NotFound("there is no such file")
        name = found.name if isinstance(found, OutboundFile) else f"{found.kind}-{found.id}{_ending(found.media_type)}"
        key = found.file_key
    if key is None:
        raise NotFound("this file could not be had from the channel")
    return Opened(name, found.media_type, file_store(_settings()).open(key))


def files_in(session: Session, receipt_ids: list[int]) -> dict[int, list[InboundFile]]:
    """What people sent with these messages."""
    found: dict[int, list[InboundFile]] = {}
    same = sa.select(InboundFile).where(InboundFile.receipt_id.in_(receipt_ids)).order_by(InboundFile.position)
    for row in session.scalars(same):
        found.setdefault(row.receipt_id, []).append(row)
    return found


def served(opened: Opened) -> Response:
    """The file as a response: shown where a browser can do so safely, else saved; never as a page of ours."""
    bare = opened.media_type.partition(";")[0].strip().lower()
    is_shown = bare in _SHOWN

    def blocks() -> Iterator[bytes]:
        with opened.content as file:
            while block := file.read(_BLOCK_BYTES):
                yield block

    response = Response(stream_with_context(blocks()), content_type=bare if is_shown else "application/octet-stream")
    response.headers.set("Content-Disposition", "inline" if is_shown else "attachment", filename=opened.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _kind_of(name: str) -> tuple[type[File], str, str]:
    """The class of part, the media type and the ending that a name tells."""
    ending = f".{name.rpartition('.')[2].lower()}"
    media_type = _OTHER_ENDINGS.get(ending) or mimetypes.guess_type(name)[0] or ""
    for kind, types in SENDABLE.items():
        if media_type in types:
            return _PARTS[kind], media_type, ending
    if ending in DOCUMENTS:
        return Document, media_type or "application/octet-stream", ending
    raise InvalidInput(
        "channels do not take such a file: send a picture (JPEG, PNG), a PDF, a document of Office, a text,"
        " a voice note (MP3, OGG) or a film (MP4)",
        details={"file": ["Of a kind that cannot be sent."]},
    )


def _file(session: Session, file_id: str) -> InboundFile | OutboundFile | None:
    if file_id.isdecimal():
        return session.get(InboundFile, int(file_id)) if len(file_id) <= _LONGEST_ID else None
    try:
        return session.get(OutboundFile, uuid.UUID(file_id))
    except ValueError:
        return None


def _ending(media_type: str) -> str:
    return mimetypes.guess_extension(media_type.partition(";")[0].strip().lower()) or ""


def _whose(row: Handoff | InboundFile | OutboundFile) -> tuple[str, str]:
    return row.assistant, row.user_id


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _seal() -> Seal:
    return Seal(_settings().secret_key, "sent file")
