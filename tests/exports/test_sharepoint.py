"""Exports into SharePoint: the real client against a strict Graph on loopback, through every fault it may show."""

import base64
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from cci_app.core.errors import InvalidInput, Unavailable
from cci_app.integrations import patience, upload
from cci_app.integrations.errors import DeliveryFailed
from cci_app.integrations.kinds import SHAREPOINT
from cci_app.integrations.ports import Parcel
from cci_app.integrations.quickxor import quick_xor_hash
from config.settings import Environment
from tests.conftest import make_settings
from tests.exports.parcels import Recorded, parcel
from tests.fakes.graph import SECRET, FakeGraph

PLACE = "Monthly/Members/export.csv"
# Smaller than in use, so that many pieces are few bytes.
PIECE, SMALL = 320 * 1024, 300 * 1024
LARGE = random.Random(5).randbytes(3 * PIECE + 12_345)


@pytest.fixture(autouse=True)
def _short_pauses_and_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(upload, "PIECE_BYTES", PIECE)
    monkeypatch.setattr(upload, "SMALL_BYTES", SMALL)


@pytest.fixture
def graph() -> Iterator[FakeGraph]:
    with FakeGraph() as fake:
        yield fake


def settings_of(graph: FakeGraph, **changes: Any) -> Any:
    values = {name.lower(): value for name, value in graph.settings.items()}
    return make_settings("postgresql://x@127.0.0.1/x", "redis://127.0.0.1/0", **{**values, **changes})


def deliver(graph: FakeGraph, sent: Parcel, progress: Recorded | None = None, **changes: Any) -> str | None:
    return SHAREPOINT.of_environment(settings_of(graph, **changes)).deliver(sent, progress or Recorded())


def files(graph: FakeGraph) -> dict[str, bytes]:
    return {path: content for (drive, path), content in graph.files.items() if drive == "drive-2"}


@pytest.mark.parametrize("content", [b"", b"a;b\n1;2\n", LARGE[:SMALL]])
def test_a_small_file_goes_in_one_call(graph: FakeGraph, tmp_path: Path, content: bytes) -> None:
    progress = Recorded()
    link = deliver(graph, parcel(tmp_path, content), progress)
    assert files(graph) == {PLACE: content}
    assert link == f"https://example.sharepoint.com/sites/members/Exports/{PLACE}"
    assert progress.done[-1] == (len(content), len(content))
    assert [line for line in graph.requests if "createUploadSession" in line] == []


def test_a_large_file_goes_in_pieces(graph: FakeGraph, tmp_path: Path) -> None:
    progress = Recorded()
    deliver(graph, parcel(tmp_path, LARGE), progress)
    assert graph.published == [(PLACE, LARGE)]
    assert progress.done[0] == (0, len(LARGE))
    assert progress.done[-1] == (len(LARGE), len(LARGE))
    assert len([line for line in graph.requests if line.startswith("PUT /upload/")]) == 4


# A service that keeps nothing of a broken piece breaks it again at the next offset: fewer, so that patience lasts.
@pytest.mark.parametrize(("keeps_part", "cuts"), [(True, 20), (False, 8)])
def test_an_upload_that_is_cut_again_and_again_arrives_whole(
    graph: FakeGraph, tmp_path: Path, keeps_part: bool, cuts: int
) -> None:
    graph.cuts = random.Random(9).sample(range(len(LARGE)), cuts)
    graph.keeps_part = keeps_part
    deliver(graph, parcel(tmp_path, LARGE))
    assert graph.cut_count == cuts
    assert graph.published == [(PLACE, LARGE)]


@pytest.mark.parametrize(
    ("pattern", "status", "retry_after"),
    [
        ("POST .*/token", 503, "0"),
        ("GET .*/sites/", 429, "0"),
        ("GET .*/drives", 401, None),
        ("POST .*createUploadSession", 500, None),
        ("POST .*createUploadSession", 401, None),
        ("PUT /upload/", 401, None),
        ("PUT /upload/", 416, None),
        ("PUT /upload/", 429, "0"),
        ("PUT /upload/", 503, "Wed, 21 Oct 2015 07:28:00 GMT"),
        ("PUT /upload/", 500, None),
        ("PUT /upload/", 0, None),
        ("GET /upload/", 502, None),
    ],
)
def test_a_fault_that_passes_is_waited_out(
    graph: FakeGraph, tmp_path: Path, pattern: str, status: int, retry_after: str | None
) -> None:
    graph.cuts = [PIECE + 7]
    graph.order(pattern, status, times=2 if status != 401 else 1, retry_after=retry_after)
    deliver(graph, parcel(tmp_path, LARGE))
    assert graph.ordered == []
    assert graph.published == [(PLACE, LARGE)]


def test_a_piece_that_arrived_though_its_answer_did_not_is_not_sent_again(graph: FakeGraph, tmp_path: Path) -> None:
    graph.order("PUT /upload/", 503, done=True)
    deliver(graph, parcel(tmp_path, LARGE))
    assert graph.published == [(PLACE, LARGE)]
    assert len([line for line in graph.requests if line.startswith("PUT /upload/")]) == 4


@pytest.mark.parametrize("rule", ["replace", "rename", "fail"])
@pytest.mark.parametrize("content", [LARGE, b"small"])
def test_a_file_that_arrived_unheard_is_found_and_not_sent_twice(
    graph: FakeGraph, tmp_path: Path, rule: str, content: bytes
) -> None:
    # The last piece, or the one call, is carried out; its answer is lost.
    pieces = -(-len(content) // PIECE)
    pattern = f"PUT .*{'content' if len(content) < SMALL else '/upload/'}"
    for _ in range(pieces - 1):
        graph.order(pattern, 500, done=True)
    graph.order(pattern, 0, done=True)
    link = deliver(graph, parcel(tmp_path, content), sharepoint_conflict=rule)
    assert graph.published == [(PLACE, content)]
    assert link is not None
    assert link.endswith(PLACE)


def test_a_lost_session_begins_anew(graph: FakeGraph, tmp_path: Path) -> None:
    graph.forgets_at = 2 * PIECE
    deliver(graph, parcel(tmp_path, LARGE))
    assert graph.published == [(PLACE, LARGE)]
    assert len([line for line in graph.requests if "createUploadSession" in line]) == 2


def test_a_session_that_is_always_lost_is_given_up_for_now(graph: FakeGraph, tmp_path: Path) -> None:
    graph.order("PUT /upload/", 404, times=50)
    graph.order("GET /upload/", 404, times=50)
    with pytest.raises(Unavailable):
        deliver(graph, parcel(tmp_path, LARGE))
    assert graph.published == []


def test_a_service_that_takes_pieces_and_stands_still_is_given_up_for_now(graph: FakeGraph, tmp_path: Path) -> None:
    graph.order("PUT /upload/", 202, times=50)
    with pytest.raises(Unavailable, match="does not take a piece"):
        deliver(graph, parcel(tmp_path, LARGE))
    assert len([line for line in graph.requests if line.startswith("PUT /upload/")]) == patience.FAULTS


def test_a_killed_worker_leaves_its_session_to_the_next(graph: FakeGraph, tmp_path: Path) -> None:
    progress = Recorded()

    def kill() -> None:
        if progress.done and progress.done[-1][0] == 2 * PIECE:
            raise SystemExit

    progress.interrupt = kill
    with pytest.raises(SystemExit):
        deliver(graph, parcel(tmp_path, LARGE), progress)
    (session,) = graph.sessions
    # The address of a session is a credential: whoever reads the job does not learn it.
    assert session not in json.dumps(dict(progress.checkpoint))
    graph.requests.clear()
    again = Recorded(checkpoint=json.loads(json.dumps(dict(progress.checkpoint))))
    deliver(graph, parcel(tmp_path, LARGE), again)
    assert graph.published == [(PLACE, LARGE)]
    assert len([line for line in graph.requests if line.startswith("PUT /upload/")]) == 2
    assert again.done[0] == (2 * PIECE, len(LARGE))


def test_pieces_of_two_files_are_never_mixed(graph: FakeGraph, tmp_path: Path) -> None:
    progress = Recorded()

    def kill() -> None:
        if progress.done and progress.done[-1][0] == PIECE:
            raise SystemExit

    progress.interrupt = kill
    with pytest.raises(SystemExit):
        deliver(graph, parcel(tmp_path, LARGE), progress)
    other = bytes(reversed(LARGE))
    deliver(graph, parcel(tmp_path, other), Recorded(checkpoint=progress.checkpoint))
    assert graph.published == [(PLACE, other)]
    assert graph.sessions == {}


@pytest.mark.parametrize("content", [LARGE, b"small"])
def test_a_delivery_that_was_finished_does_nothing(graph: FakeGraph, tmp_path: Path, content: bytes) -> None:
    progress = Recorded()
    link = deliver(graph, parcel(tmp_path, content), progress)
    graph.requests.clear()
    assert deliver(graph, parcel(tmp_path, content), progress) == link
    assert graph.requests == []


@pytest.mark.parametrize("content", [LARGE, b"small"])
def test_what_becomes_of_a_name_that_is_taken_is_a_setting(graph: FakeGraph, tmp_path: Path, content: bytes) -> None:
    old = b"what was there"
    graph.files["drive-2", PLACE] = old
    with pytest.raises(DeliveryFailed, match="already has a file"):
        deliver(graph, parcel(tmp_path, content), sharepoint_conflict="fail")
    assert files(graph) == {PLACE: old}
    assert graph.sessions == {}
    link = deliver(graph, parcel(tmp_path, content), sharepoint_conflict="rename")
    assert files(graph) == {PLACE: old, "Monthly/Members/export 1.csv": content}
    assert link is not None
    assert link.endswith("export 1.csv")
    deliver(graph, parcel(tmp_path, content), sharepoint_conflict="replace")
    assert files(graph)[PLACE] == content


def test_a_name_taken_during_the_upload_is_told(graph: FakeGraph, tmp_path: Path) -> None:
    progress = Recorded()

    def take() -> None:
        if progress.done and progress.done[-1][0] == 2 * PIECE:
            graph.files["drive-2", PLACE] = b"somebody else's"

    progress.interrupt = take
    with pytest.raises(DeliveryFailed, match="already has a file"):
        deliver(graph, parcel(tmp_path, LARGE), progress, sharepoint_conflict="fail")
    assert files(graph) == {PLACE: b"somebody else's"}
    assert graph.sessions == {}


@pytest.mark.parametrize(
    ("pattern", "status", "seconds"),
    [("PUT .*content", 429, 315), ("GET .*/sites/", 503, 120), ("POST .*/token", 429, 60)],
)
def test_a_long_wait_is_not_for_a_worker(
    graph: FakeGraph, tmp_path: Path, pattern: str, status: int, seconds: int
) -> None:
    graph.order(pattern, status, retry_after=str(seconds))
    with pytest.raises(Unavailable, match="asks to wait") as caught:
        deliver(graph, parcel(tmp_path, b"small"))
    assert caught.value.retry_after == seconds


def test_a_service_that_is_down_is_come_back_to(graph: FakeGraph, tmp_path: Path) -> None:
    graph.order("GET .*/sites/", 500, times=50)
    with pytest.raises(Unavailable) as caught:
        deliver(graph, parcel(tmp_path, b"small"))
    assert caught.value.retry_after == patience.COME_BACK_SECONDS
    assert len([line for line in graph.requests if "/sites/" in line]) == patience.FAULTS


@pytest.mark.parametrize(
    ("pattern", "status", "error", "words"),
    [
        ("PUT /upload/", 507, DeliveryFailed, "full"),
        ("PUT /upload/", 423, Unavailable, "locked"),
        ("createUploadSession", 409, Unavailable, "another upload"),
        ("createUploadSession", 400, DeliveryFailed, "refuses"),
    ],
)
def test_a_refusal_says_what_to_do(
    graph: FakeGraph, tmp_path: Path, pattern: str, status: int, error: type[Exception], words: str
) -> None:
    graph.order(pattern, status)
    with pytest.raises(error, match=words):
        deliver(graph, parcel(tmp_path, LARGE))
    assert graph.published == []


def test_the_token_and_the_secret_go_only_where_they_belong(graph: FakeGraph, tmp_path: Path) -> None:
    # The fake refuses a piece that comes with a token, so this one came without.
    progress = Recorded()
    deliver(graph, parcel(tmp_path, LARGE), progress)
    told = json.dumps([dict(progress.checkpoint), progress.steps])
    assert all(secret not in told for secret in (SECRET, *graph.tokens))
    with pytest.raises(InvalidInput, match="GRAPH_BASE_URL"):
        deliver(graph, parcel(tmp_path, b"x"), graph_base_url="http://graph.example.org")
    with pytest.raises(InvalidInput, match="GRAPH_AUTHORITY"):
        deliver(graph, parcel(tmp_path, b"x"), graph_authority="http://login.example.org")


_LOUD = """
import logging, sys
from pathlib import Path
from cci_app.integrations.kinds import SHAREPOINT
from config.logs import configure_logging
from config.settings import Settings
from tests.exports.parcels import Recorded, parcel
settings = Settings(log_level="DEBUG")
configure_logging(settings)
logging.getLogger("control").debug("this is heard")
into = SHAREPOINT.of_environment(settings)
into.deliver(parcel(Path(sys.argv[1]), bytes(6_000_000)), Recorded())
"""


def test_nothing_secret_is_logged_at_any_level(graph: FakeGraph, tmp_path: Path) -> None:
    graph.cuts = [1_000]
    command = [sys.executable, "-c", _LOUD, str(tmp_path)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, env=graph.settings, capture_output=True, text=True, check=True)
    told = done.stdout + done.stderr
    sessions = {line.rpartition("/")[2] for line in graph.requests if "/upload/" in line}
    assert "this is heard" in told
    assert len(sessions) == 1
    assert not [secret for secret in (SECRET, *graph.tokens, *sessions) if secret in told]


def test_in_production_nothing_goes_over_plain_http(graph: FakeGraph, tmp_path: Path) -> None:
    changes: dict[str, Any] = {"environment": Environment.PRODUCTION, "secret_key": "s" * 32}
    with pytest.raises(InvalidInput, match="GRAPH_BASE_URL has to begin with https"):
        deliver(graph, parcel(tmp_path, b"x"), **changes)
    assert graph.requests == []


def test_names_that_sharepoint_refuses_are_mended(graph: FakeGraph, tmp_path: Path) -> None:
    name = 'été: "50%" #1 + <à/ou>?.csv '
    deliver(graph, parcel(tmp_path, b"x", name), sharepoint_folder=" /Exports: 2026//50% #1/ ")
    assert files(graph) == {"Exports- 2026/50% #1/été- -50%- #1 + -à-ou--.csv": b"x"}


@pytest.mark.parametrize(
    "site", ["https://example.sharepoint.com/sites/members", "EXAMPLE.sharepoint.com:/sites/members/"]
)
def test_a_site_may_be_written_as_its_address(graph: FakeGraph, tmp_path: Path, site: str) -> None:
    deliver(graph, parcel(tmp_path, b"x"), sharepoint_site=site, sharepoint_drive=None, sharepoint_folder="")
    assert graph.files == {("drive-1", "export.csv"): b"x"}


def test_settings_that_are_missing_are_named(graph: FakeGraph) -> None:
    with pytest.raises(InvalidInput, match="needs SHAREPOINT_CLIENT_SECRET, SHAREPOINT_SITE to be set"):
        SHAREPOINT.of_environment(settings_of(graph, sharepoint_client_secret=None, sharepoint_site=None))
    with pytest.raises(InvalidInput, match="SHAREPOINT_SITE is written as"):
        SHAREPOINT.of_environment(settings_of(graph, sharepoint_site="members"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [  # Published vectors of the hash, the last two beyond its first round.
        ("", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("eAV52qE=", "eChAHrQRCgAAAAAABQAAAAAAAAA="),
        ("2fuxhBJXtpWFe8dOfdGeHw==", "O9tHLAghgSvYohKFyMMxnNCHaHg="),
        ("DWAAX5/CIfrmErgZa8ot6ZraeSbu", "LR2Z0PjuRYGKQB/mhQAuMrAGZbQ="),
    ],
)
def test_the_hash_of_a_file_is_sharepoints(content: str, expected: str) -> None:
    assert quick_xor_hash(BytesIO(base64.b64decode(content))) == expected


def test_the_hash_folds_whole_rounds_as_it_would_single_bytes() -> None:
    content = LARGE[:700_001]
    ring = len(content) << 96
    for index, byte in enumerate(content):
        shifted = byte << index * 11 % 160
        ring ^= shifted & (1 << 160) - 1 ^ shifted >> 160
    assert quick_xor_hash(BytesIO(content)) == base64.b64encode(ring.to_bytes(20, "little")).decode()
