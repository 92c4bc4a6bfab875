"""A folder of a SharePoint document library, written to by an application of the tenant."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from cci_app.core.sealed import Seal
from cci_app.integrations.graph import Account, Graph, Site
from cci_app.integrations.names import mended
from cci_app.integrations.ports import Parcel, Progress
from cci_app.integrations.upload import Conflict, Upload

SEAL_PURPOSE = "sharepoint upload session"


@dataclass(frozen=True, slots=True)
class Library:
    """A folder of a site's document library; without a name the site's default library, without segments its root."""

    site: Site
    drive: str | None
    folder: tuple[str, ...]

    @classmethod
    def named(cls, site: Site, drive: str | None, folder: str) -> "Library":
        """The library whose folder is written with slashes; names that SharePoint refuses are mended."""
        return cls(site, drive, tuple(mended(segment) for segment in folder.split("/") if segment.strip(" .")))

    def __str__(self) -> str:
        return "/".join((self.drive or "the default library", *self.folder))


class SharePoint:
    """Exports under their own names in a library; `conflict` says what becomes of one that is there already."""

    def __init__(self, account: Account, library: Library, conflict: Conflict, seal: Seal) -> None:
        self._account = account
        self._library = library
        self._conflict = conflict
        self._seal = seal

    def deliver(self, parcel: Parcel, progress: Progress) -> str | None:
        """See Destination. Nobody sees a file before its last byte is there."""
        checkpoint = progress.checkpoint
        if checkpoint.get("sha256") == parcel.sha256 and "link" in checkpoint:
            return str(checkpoint["link"])
        with Graph(self._account) as graph:
            progress.step("finding the SharePoint library")
            upload = self._upload(graph, mended(parcel.name))
            progress.step(f"uploading to SharePoint, {self._library}")
            item = upload.send(parcel, progress)
        link = str(item.get("webUrl", ""))
        progress.keep({"sha256": parcel.sha256, "link": link})
        return link

    def check(self) -> Iterator[str]:
        """Try what a delivery takes, without writing anything; say what works, and raise DeliveryFailed at the rest."""
        with Graph(self._account) as graph:
            graph.sign_in()
            yield "the application can sign in to the tenant"
            site_id = graph.site_id(self._library.site)
            yield f"it can read the site {self._library.site}"
            drive_id = graph.drive_id(site_id, self._library.drive)
            yield f"the site has the library {self._library.drive or 'that is its default'}"
            name = f"connection check {secrets.token_hex(4)}.txt"
            Upload(graph, drive_id, self._library.folder, name, self._conflict, self._seal).probe()
            yield f"it can write to {self._library}"

    def _upload(self, graph: Graph, name: str) -> Upload:
        drive_id = graph.drive_id(graph.site_id(self._library.site), self._library.drive)
        return Upload(graph, drive_id, self._library.folder, name, self._conflict, self._seal)
