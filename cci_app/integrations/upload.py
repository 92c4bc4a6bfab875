"""One file on its way into a document library: in one call where it is small, else in pieces that can be resumed.

Upload sessions: https://learn.microsoft.com/graph/api/driveitem-createuploadsession. The service, not we, says how far
a session is; whatever went wrong, it is asked before the next piece. The file shows in the library once its last byte
is there.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import httpx

from cci_app.core.errors import Unavailable
from cci_app.core.sealed import Seal
from cci_app.integrations.errors import DeliveryFailed
from cci_app.integrations.graph import SERVICE, Graph, accepted, error_code, json_of
from cci_app.integrations.patience import COME_BACK_SECONDS, Trouble, patiently
from cci_app.integrations.ports import Parcel, Progress
from cci_app.integrations.quickxor import quick_xor_hash

SMALL_BYTES = 4 * 1024 * 1024
# Every piece but the last is a multiple of 320 KiB and below 60 MiB.
PIECE_BYTES = 16 * 320 * 1024
_GONE = frozenset({401, 403, 404, 410})
_FIELDS = "id,name,size,webUrl,file"

Item = Mapping[str, Any]


class Conflict(StrEnum):
    """What happens to a file when one with its name is there already."""

    REPLACE = "replace"
    RENAME = "rename"
    FAIL = "fail"


class Upload:
    """The way of one parcel to `folder` (segments without slashes) of a drive, under `name`."""

    def __init__(
        self, graph: Graph, drive_id: str, folder: tuple[str, ...], name: str, conflict: Conflict, seal: Seal
    ) -> None:
        self._graph = graph
        self._drive = f"/drives/{drive_id}"
        self._folder = folder
        self._name = name
        self._conflict = conflict
        self._seal = seal

    def send(self, parcel: Parcel, progress: Progress) -> Item:
        """Put the file there and return its driveItem, beginning where the checkpoint says."""
        kept = progress.checkpoint if progress.checkpoint.get("sha256") == parcel.sha256 else {}
        if not kept:
            self._give_up(progress.checkpoint)
        if parcel.size <= SMALL_BYTES:
            return self._send_whole(parcel, progress, begun=bool(kept))
        try:
            return self._send_pieces(parcel, progress, self._kept_session(kept), begun=bool(kept))
        except DeliveryFailed:
            # An open session would be in the way of the next upload under this name.
            self._give_up(progress.checkpoint)
            raise

    def probe(self) -> None:
        """Open an upload and give it up, which takes the right to write and writes nothing. Raises DeliveryFailed."""
        url = self._graph.safe_upload_url(self._create_session(Conflict.REPLACE))
        self._graph.upload_call("DELETE", url)

    def _send_whole(self, parcel: Parcel, progress: Progress, *, begun: bool) -> Item:
        """One PUT. When its answer was lost, it is looked up whether the file has arrived before it is sent again."""
        content = parcel.path.read_bytes()
        progress.keep({"sha256": parcel.sha256})

        def put() -> Item:
            nonlocal begun
            if begun and (item := self._arrived(parcel)) is not None:
                return item
            begun = True
            answer = self._graph.call_once(
                "PUT",
                f"{self._path()}:/content",
                params={"@microsoft.graph.conflictBehavior": self._conflict.value},
                content=content,
                headers={"Content-Type": parcel.content_type},
            )
            self._check_conflict(answer)
            progress.advance(parcel.size, parcel.size)
            return accepted(answer, "write the file")

        return patiently(SERVICE, put)

    def _send_pieces(self, parcel: Parcel, progress: Progress, session: str | None, *, begun: bool) -> Item:
        furthest = 0
        position: int | None = None
        known = False

        def further() -> Item | None:
            """Bring the session further than it has ever been; the file, when that was its last piece."""
            nonlocal session, begun, furthest, position, known
            if session is not None and not known:
                position, known = self._position(session), True
                if position is not None and position > furthest:
                    furthest = position
                    return None
            while True:
                if session is None or position is None:
                    # A session that is gone may have come to its end unheard.
                    if begun and (item := self._arrived(parcel)) is not None:
                        return item
                    session, position, begun = self._open_session(parcel, progress), 0, True
                progress.advance(position, parcel.size)
                file.seek(position)
                known = False
                reached = self._send_piece(session, file.read(PIECE_BYTES), position, parcel)
                if isinstance(reached, Mapping):
                    progress.advance(parcel.size, parcel.size)
                    return reached
                position, known = reached, True
                if reached > furthest:
                    furthest = reached
                    return None

        with parcel.path.open("rb") as file:
            while (item := patiently(SERVICE, further)) is None:
                pass
        return item

    def _send_piece(self, session: str, piece: bytes, position: int, parcel: Parcel) -> Item | int:
        """The file, when this was its last piece, else the byte that is wanted next. Raises Trouble to ask again."""
        reach = f"bytes {position}-{position + len(piece) - 1}/{parcel.size}"
        answer = self._graph.put_piece(session, piece, {"Content-Range": reach})
        if answer.status_code in {200, 201} and "id" in json_of(answer):
            return json_of(answer)
        reached = _next_expected(answer) if answer.status_code in {200, 202} else None
        if reached is not None and reached > position:
            return reached
        if answer.status_code in {409, 423} and self._arrived(parcel) is None:
            self._check_conflict(answer)
        if answer.status_code in {413, 507}:
            accepted(answer, "write the file")
        raise Trouble(f"does not take a piece ({answer.status_code} {error_code(answer)})".replace(" )", ")"))

    def _position(self, session: str) -> int | None:
        """The first byte that the session has not; None where the session is gone."""
        answer = self._graph.upload_call("GET", session)
        return None if answer.status_code in _GONE else _next_expected(answer)

    def _open_session(self, parcel: Parcel, progress: Progress) -> str:
        # The service itself says so only after the last byte.
        if self._conflict is Conflict.FAIL and next(self._namesakes(), None) is not None:
            raise self._name_taken()
        url = self._graph.safe_upload_url(self._create_session(self._conflict))
        # Whoever has this address may write the file: it is kept sealed.
        progress.keep({"sha256": parcel.sha256, "session": self._seal.seal(url)})
        return url

    def _create_session(self, conflict: Conflict) -> Mapping[str, Any]:
        body = {"item": {"@microsoft.graph.conflictBehavior": conflict.value}}
        answer = self._graph.call("POST", f"{self._path()}:/createUploadSession", json=body)
        self._check_conflict(answer)
        return accepted(answer, "write to the folder")

    def _kept_session(self, kept: Mapping[str, Any]) -> str | None:
        sealed = kept.get("session")
        return self._seal.open(sealed) if isinstance(sealed, str) else None

    def _give_up(self, checkpoint: Mapping[str, Any]) -> None:
        session = self._kept_session(checkpoint)
        if session is not None:
            self._graph.upload_call("DELETE", session)

    def _arrived(self, parcel: Parcel) -> Item | None:
        """The parcel's file in the library, where an upload came to its end without our hearing of it."""
        with parcel.path.open("rb") as file:
            ours = quick_xor_hash(file)
        for item in self._namesakes():
            hashes = item.get("file", {}).get("hashes", {})
            if item.get("size") == parcel.size and hashes.get("quickXorHash") == ours:
                return item
        return None

    def _namesakes(self) -> Iterator[Item]:
        """The files that may be this one: under its name, or under those that `rename` makes of it."""
        if self._conflict is not Conflict.RENAME:
            answer = self._graph.call("GET", self._path(), params={"$select": _FIELDS})
            if answer.status_code != 404:
                yield accepted(answer, "read the folder")
            return
        folder = f"root:/{_quoted(self._folder)}:" if self._folder else "root"
        ours = PurePath(self._name)
        for item in self._graph.pages(f"{self._drive}/{folder}/children", "read the folder", {"$select": _FIELDS}):
            name = str(item.get("name", ""))
            if name.startswith(ours.stem) and name.endswith(ours.suffix):
                yield item

    def _check_conflict(self, answer: httpx.Response) -> None:
        if answer.status_code == 423:
            raise Unavailable(
                f"{self._name} is locked in SharePoint, as when somebody has it open: have it closed",
                retry_after=COME_BACK_SECONDS,
            )
        if answer.status_code != 409:
            return
        if self._conflict is Conflict.FAIL:
            raise self._name_taken()
        raise Unavailable(
            f"SharePoint does not replace {self._name} at present, as while another upload of it is under way",
            retry_after=COME_BACK_SECONDS,
        )

    def _name_taken(self) -> DeliveryFailed:
        return DeliveryFailed(
            f"SharePoint already has a file {self._name}: remove it, or set SHAREPOINT_CONFLICT to replace or rename"
        )

    def _path(self) -> str:
        return f"{self._drive}/root:/{_quoted((*self._folder, self._name))}"


def _quoted(segments: tuple[str, ...]) -> str:
    return "/".join(quote(segment, safe="") for segment in segments)


def _next_expected(answer: httpx.Response) -> int | None:
    """The first byte that a session still wants, of `{"nextExpectedRanges": ["12345-"]}`."""
    ranges = json_of(answer).get("nextExpectedRanges")
    if not isinstance(ranges, list) or not ranges:
        return None
    start = str(ranges[0]).partition("-")[0]
    return int(start) if start.isdecimal() else None
