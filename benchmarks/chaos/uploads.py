"""R9: an export on its way into SharePoint, cut at any byte and refused in every way that passes."""

import hashlib
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.killed_uploads import killed_workers
from benchmarks.chaos.stage import Scale, Stage, say
from cci_app.core.errors import CciError
from cci_app.integrations import upload
from cci_app.integrations.kinds import SHAREPOINT
from cci_app.integrations.ports import Parcel
from config.settings import Settings
from tests.fakes.graph import FakeGraph

_SIZES = (2 * upload.PIECE_BYTES, 4 * upload.PIECE_BYTES)
FAULTS: Mapping[str, Callable[[FakeGraph], None]] = {
    "401": lambda graph: graph.order("POST .*createUploadSession", 401),
    "416": lambda graph: graph.order("PUT /upload/", 416, times=3),
    "429": lambda graph: graph.order("PUT /upload/", 429, times=2, retry_after="1"),
    "503": lambda graph: graph.order("PUT /upload/", 503, times=2, retry_after="1"),
    "lost session": lambda graph: setattr(graph, "forgets_at", upload.PIECE_BYTES),
    "lost answers": lambda graph: graph.order("PUT /upload/", 0, done=True, times=4),
}

Send = Callable[[FakeGraph, Parcel], None]


def run(stage: Stage, scale: Scale) -> list[Figure]:
    """Uploads by the product's client, and the same by clients as one writes them at first."""
    say(f"R9: {scale.uploads} uploads cut at random offsets, and {len(FAULTS)} with other faults")
    identical, parts, evidence = uploads(deliver, stage.seed, scale.uploads)
    careless, _, _ = uploads(never_asks, stage.seed, scale.uploads)
    _, shown, _ = uploads(saves_as_it_goes, stage.seed, scale.uploads)
    return [
        Figure(
            "R9",
            f"SharePoint upload cut at {scale.uploads} random offsets; {', '.join(FAULTS)}",
            f"bytes identical {scale.uploads} of {scale.uploads}, and all others",
            f"{identical} of {scale.uploads + len(FAULTS)} identical",
            f"pieces sent on without asking: {careless} identical",
            identical == scale.uploads + len(FAULTS) > careless,
            evidence,
        ),
        Figure(
            "R9",
            "contents that a reader of the library could have met meanwhile",
            "0 partial files",
            f"{parts} partial",
            f"a client that saves as it goes: {shown} partial",
            parts == 0 < shown,
        ),
        killed_workers(stage, scale.killed_uploads),
    ]


def uploads(
    send: Send, seed: int, count: int, faults: Mapping[str, Callable[[FakeGraph], None]] = FAULTS
) -> tuple[int, int, list[str]]:
    """How many files arrived as they were sent, how many partial contents could be read, and what went wrong."""
    rng = random.Random(seed)
    identical, parts, evidence = 0, 0, []
    for name in [*(f"cut {number}" for number in range(count)), *faults]:
        with FakeGraph() as graph, _parcel(rng) as parcel:
            content = parcel.path.read_bytes()
            if name in faults:
                faults[name](graph)
            else:
                graph.cuts, graph.keeps_part = [rng.randrange(parcel.size)], rng.random() < 0.5
            try:
                send(graph, parcel)
            except (CciError, httpx.HTTPError) as error:
                evidence.append(f"{name}: {error!r}")
            if list(graph.files.values()) == [content]:
                identical += 1
            else:
                evidence.append(f"{name}: {len(graph.files)} files, not identical")
            parts += sum(published != content for _, published in graph.published)
    return identical, parts, evidence


@contextmanager
def _parcel(rng: random.Random) -> Iterator[Parcel]:
    content = rng.randbytes(rng.randrange(*_SIZES))
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        digest = hashlib.sha256(content).hexdigest()
        yield Parcel(Path(file.name), "export.csv", "text/csv", len(content), digest, ("id",), "id", lambda: iter(()))


class _Kept:
    """A job's progress, in memory."""

    def __init__(self) -> None:
        self.checkpoint: Mapping[str, Any] = {}

    def keep(self, checkpoint: Mapping[str, Any]) -> None:
        self.checkpoint = checkpoint

    def step(self, text: str) -> None:
        """Nobody looks."""

    def advance(self, done: int, total: int) -> None:
        """Nobody looks."""


def deliver(graph: FakeGraph, parcel: Parcel) -> None:
    """The product's own client."""
    values: dict[str, Any] = {name.lower(): value for name, value in graph.settings.items()}
    settings = Settings(**values)
    SHAREPOINT.of_environment(settings).deliver(parcel, _Kept())


def never_asks(graph: FakeGraph, parcel: Parcel) -> None:
    """The control: a client of the same session that takes a piece for sent once it was tried."""
    with httpx.Client(base_url=graph.address, headers=_bearer(graph), trust_env=False) as client:
        session = {"item": {"@microsoft.graph.conflictBehavior": "replace"}}
        opened = client.post("/v1.0/drives/drive-2/root:/export.csv:/createUploadSession", json=session)
        url = opened.raise_for_status().json()["uploadUrl"]
    content = parcel.path.read_bytes()
    for start in range(0, parcel.size, upload.PIECE_BYTES):
        piece = content[start : start + upload.PIECE_BYTES]
        reach = f"bytes {start}-{start + len(piece) - 1}/{parcel.size}"
        with suppress(httpx.HTTPError):
            httpx.put(url, content=piece, headers={"Content-Range": reach}, trust_env=False)


def saves_as_it_goes(graph: FakeGraph, parcel: Parcel) -> None:
    """The other control: a client without sessions that replaces the file by a longer one, again and again."""
    content = parcel.path.read_bytes()
    with httpx.Client(base_url=graph.address, headers=_bearer(graph), trust_env=False) as client:
        for end in range(upload.PIECE_BYTES, parcel.size + upload.PIECE_BYTES, upload.PIECE_BYTES):
            client.put("/v1.0/drives/drive-2/root:/export.csv:/content", content=content[:end]).raise_for_status()


def _bearer(graph: FakeGraph) -> dict[str, str]:
    graph.tokens.add("control")
    return {"Authorization": "Bearer control"}
