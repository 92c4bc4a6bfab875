"""What people send beside words: fetched from their channel once, kept in the file storage, heard and seen.

It is done in the turn, so that nobody who delivers waits for it, and before any agent is asked. A voice note becomes
words of the message, a picture gets a description. What cannot be had stays as it came: the agent says so.
"""

import mimetypes
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.channels.message import Audio, File, Image, Part
from cci_app.channels.ports import KeepsFiles
from cci_app.channels.reading import MESSAGE_LENGTH
from cci_app.channels.registry import Channels
from cci_app.conversation.turns import Turn
from cci_app.core.database import Base, PersonOwned, one_trip, tenant_statement
from cci_app.core.deadline import Deadline
from cci_app.core.errors import CciError, Unavailable
from cci_app.core.text import clean
from cci_app.files.store import file_store
from cci_app.llm.chat import ModelFailed
from cci_app.llm.senses import Senses
from config.settings import Settings

log = structlog.get_logger(__name__)

# Of one turn; who sends more than these has them kept unread.
_MOST_FILES = 10
_LONGEST_SECONDS = 30.0


class InboundFile(PersonOwned, Base):
    """A file that somebody sent: `file_key` is its place in the file storage, null where it could not be had.

    `receipt_id` is the newest message of the turn that it came with, `position` its place there; `words` are what was
    heard or seen in it, `error` says why there is nothing.
    """

    __tablename__ = "inbound_files"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "receipt_id", "position", name="uq_inbound_files_place"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    receipt_id: Mapped[int] = mapped_column(sa.BigInteger)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(16))
    file_key: Mapped[str | None] = mapped_column(sa.String(255))
    media_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int | None] = mapped_column(sa.BigInteger)
    words: Mapped[str | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())


_KNOWN = one_trip(
    "SELECT position, file_key, words FROM inbound_files"
    " WHERE organisation_id = :organisation_id AND receipt_id = :receipt_id AND error IS NULL"
)
_KEEP = one_trip(
    "INSERT INTO inbound_files (organisation_id, assistant, user_id, receipt_id, position, kind, file_key, media_type,"
    " size, words, error) SELECT :organisation_id, :assistant, :user_id, :receipt_id, :position, :kind, :file_key,"
    " :media_type, :size, :words, :error FROM webhook_events WHERE id = :receipt_id FOR KEY SHARE"
    " ON CONFLICT (organisation_id, receipt_id, position) DO UPDATE SET"
    " file_key = excluded.file_key, size = excluded.size, words = excluded.words, error = excluded.error RETURNING id"
)


class Attention:
    """Fetches, keeps, hears and sees what came with a turn."""

    def __init__(self, channels: Channels, settings: Settings, senses: Senses | None) -> None:
        self._channels = channels
        self._settings = settings
        self._senses = senses

    def attend(self, turn: Turn, deadline: Deadline) -> Turn:
        """The turn with its voice notes as words, after what was written. Taken again, it fetches nothing again."""
        files = [(at, part) for at, part in enumerate(turn.attachments) if isinstance(part, File) and part.ref]
        if not files or turn.is_given_up:
            return turn
        try:
            channel = self._channels.sender(turn.person.organisation_id, turn.address)
        except Unavailable:
            return turn
        if not isinstance(channel, KeepsFiles):
            return turn
        whose = {"organisation_id": turn.person.organisation_id, "receipt_id": turn.receipt_id}
        known = {row.position: row for row in tenant_statement(turn.person.organisation_id, _KNOWN, whose)}
        told: dict[int, str] = {}
        for position, part in files[:_MOST_FILES]:
            row = known.get(position)
            words = row.words if row is not None else self._take(turn, channel, position, part, deadline)
            if words:
                told[position] = words
        return _with_words(turn, told)

    def _take(self, turn: Turn, channel: KeepsFiles, position: int, part: File, deadline: Deadline) -> str | None:
        """Fetch and keep one file; the words in it. What goes wrong is written down, and costs nobody the answer."""
        kept: dict[str, Any] = dict.fromkeys(("file_key", "size", "words", "error"))
        kept["media_type"] = part.media_type[:100]
        try:
            media = channel.download(part, self._settings.max_upload_bytes)
            kept["media_type"] = media.media_type[:100]
            key = _key(turn, position, media.media_type)
            file_store(self._settings).put(key, media.content)
            kept |= {"file_key": key, "size": len(media.content)}
            if self._senses is not None and isinstance(part, Audio | Image):
                ask = self._senses.hear if isinstance(part, Audio) else self._senses.see
                seconds = deadline.within(_LONGEST_SECONDS) or _LONGEST_SECONDS
                kept["words"] = clean(ask(media.content, media.media_type, seconds)) or None
        except CciError as error:
            kept["error"] = error.message
        except OSError as error:
            kept["error"] = f"the file storage does not take it ({type(error).__name__})"
        except ModelFailed as failure:
            log.warning("file_not_understood", kind=part.kind, outcome=failure.outcome)
        if kept["error"]:
            log.warning("file_not_fetched", channel=turn.channel, reason=kept["error"])
        self._keep(turn, position, part, kept)
        words: str | None = kept["words"]
        return words

    def _keep(self, turn: Turn, position: int, part: File, kept: Mapping[str, Any]) -> None:
        place = {**turn.person.columns, "receipt_id": turn.receipt_id, "position": position, "kind": part.kind}
        if not tenant_statement(turn.person.organisation_id, _KEEP, {**place, **kept}) and kept["file_key"]:
            # The person was erased meanwhile.
            file_store(self._settings).delete(kept["file_key"])


def _with_words(turn: Turn, told: Mapping[int, str]) -> Turn:
    """The turn with what was heard as its words, and pictures with what they show."""
    left: list[Part] = []
    heard: list[str] = []
    for position, part in enumerate(turn.attachments):
        words = told.get(position)
        if words and isinstance(part, Audio):
            heard.append(words)
        else:
            left.append(replace(part, caption=words) if words and isinstance(part, File) else part)
    text = "\n".join(filter(None, (turn.text, *heard)))[:MESSAGE_LENGTH]
    return replace(turn, text=text, attachments=tuple(left), heard="\n".join(heard))


def _key(turn: Turn, position: int, media_type: str) -> str:
    ending = mimetypes.guess_extension(media_type.partition(";")[0].strip().lower()) or ".bin"
    return f"media/{turn.person.organisation_id}/{turn.receipt_id}-{position}{ending}"
