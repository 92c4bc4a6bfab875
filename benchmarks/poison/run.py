"""R10: corrupt workbooks and poisoned documents, sent to the running product."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.stage import say, wait_for
from benchmarks.product import Product
from config.settings import ROOT
from tests.fakes.corrupt_workbooks import CASES
from tests.fakes.poisons import POISONS

GOAL_SECONDS = 60.0
GOAL_BYTES = 512 * 1024 * 1024
_WORKBOOKS = 20
# The control may use this much more than the goal before it is ended, for the sake of the machine that measures.
_CONTROL_SECONDS = 20.0
_CONTROL_BYTES = 1024 * 1024 * 1024
_CONTROLS = ("a PDF with a stream of 800 MB", "a PDF packed three times", "a Word bomb below the limit")
_UNPROTECTED = (
    "import sys, pathlib; from cci_app.knowledge.reading.word import package;"
    " from cci_app.knowledge.reading.extraction import extract; package.MAX_UNPACKED = 10**12;"
    " path = pathlib.Path(sys.argv[1]); extract(path.name, path.read_bytes())"
)


def figures(product: Product) -> list[Figure]:
    """Both halves of R10; the second with its control."""
    with _Watch(product.processes["jobs"].pid) as watch:
        return [_workbooks(product), _documents(product, watch)]


class _Watch:
    """The most memory that any process of the worker held, looked at ten times a second."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.most = 0
        self.pool: set[int] = set()

    def __enter__(self) -> "_Watch":
        self.pool = {child.pid for child in self._process.children()}
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether the processes that worked at the beginning work still."""
        return self._process.is_running() and self.pool <= {child.pid for child in self._process.children()}

    def _look(self) -> None:
        while not self._stop.wait(0.1):
            for process in (self._process, *self._process.children(recursive=True)):
                try:
                    self.most = max(self.most, process.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue


@dataclass(frozen=True, slots=True)
class _Sent:
    what: str
    outcome: str
    seconds: float


def _workbooks(product: Product) -> Figure:
    say(f"R10: {_WORKBOOKS} corrupt workbooks")
    chosen = list(CASES)[:: max(1, len(CASES) // _WORKBOOKS)][:_WORKBOOKS]
    before = _contacts(product)
    wrong: list[str] = []
    with _client(product) as client:
        for what in chosen:
            data = CASES[what][0]()
            answer = client.post("/api/v1/admin/contacts/reload", files={"file": ("contacts.xlsx", data)})
            if answer.status_code == 202:
                job = f"/api/v1/admin/jobs/{answer.json()['id']}"
                over = wait_for(lambda job=job: client.get(job).json()["state"] in {"done", "failed"}, GOAL_SECONDS)  # type: ignore[misc]
                if not over or client.get(job).json()["state"] != "failed":
                    wrong.append(f"{what}: {client.get(job).json()}")
            elif answer.status_code != 422:
                wrong.append(f"{what}: {answer.status_code}")
        unchanged = _contacts(product) == before
        whole = (ROOT / "config" / "samples" / "contacts.xlsx").read_bytes()
        # It takes the whole book away, and says so.
        everybody = f"/api/v1/admin/contacts/reload?confirm={len(before)}"
        client.post(everybody, files={"file": ("contacts.xlsx", _one_contact())})
        control = wait_for(lambda: _contacts(product) != before, GOAL_SECONDS)
        client.post("/api/v1/admin/contacts/reload?confirm=1", files={"file": ("contacts.xlsx", whole)})
    return Figure(
        "R10",
        f"{len(chosen)} corrupt workbooks on reload",
        "each refused with a reason, contacts unchanged",
        f"{len(chosen) - len(wrong)} refused, contacts {'unchanged' if unchanged else 'CHANGED'}",
        f"a whole workbook: contacts {'changed' if control else 'unchanged'}",
        not wrong and unchanged and control and len(chosen) >= _WORKBOOKS,
        wrong,
    )


def _documents(product: Product, watch: _Watch) -> Figure:
    sent: list[_Sent] = []
    with _client(product) as client:
        for what, (name, make) in POISONS.items():
            say(f"R10: {what}")
            sent.append(_send(client, what, name, make()))
    unnamed = [each for each in sent if not each.outcome]
    slow = [each for each in sent if each.seconds > GOAL_SECONDS]
    longest = max(each.seconds for each in sent)
    broken = [what for what in _CONTROLS if _breaks(product.folder, what)]
    return Figure(
        "R10",
        f"{len(sent)} poisoned documents",
        "each in a named state in < 60 s, memory < 512 MB, the worker lives",
        f"{len(sent) - len(unnamed)} named, longest {longest:.0f} s, {watch.most / 1024**2:.0f} MB at most,"
        f" the worker {'lives' if watch.alive else 'DIED'}",
        f"without limits {len(broken)} of {len(_CONTROLS)} take more than 1 GB or 20 s",
        not unnamed and not slow and watch.most < GOAL_BYTES and watch.alive and len(broken) > 0,
        [f"{each.what}: {each.outcome or 'no state'} after {each.seconds:.1f} s" for each in sent],
    )


def _send(client: httpx.Client, what: str, name: str, data: bytes) -> _Sent:
    """What became of a document: the code of its reason or refusal, `ready`, or nothing."""
    started = time.monotonic()
    answer = client.post("/api/v1/knowledge/documents", files={"file": (name, data)})
    if answer.status_code not in {200, 202}:
        named = answer.status_code in {413, 415, 422}
        outcome = answer.json()["error"]["code"] if named else ""
        return _Sent(what, outcome, time.monotonic() - started)
    address = f"/api/v1/knowledge/documents/{answer.json()['id']}"
    over = wait_for(lambda: client.get(address).json()["status"] in {"ready", "failed"}, GOAL_SECONDS + 10)
    seconds = time.monotonic() - started
    document = client.get(address).json()
    client.delete(address)
    if not over or (document["reason"] or {}).get("code") == "interrupted":
        return _Sent(what, "", seconds)
    return _Sent(what, document["reason"]["code"] if document["reason"] else document["status"], seconds)


def _breaks(folder: Path, what: str) -> bool:
    """Whether a document, read with no limit of the product's, takes more than anything should."""
    name, make = POISONS[what]
    path = folder / name
    path.write_bytes(make())
    process = subprocess.Popen((sys.executable, "-c", _UNPROTECTED, str(path)), cwd=ROOT, stderr=subprocess.DEVNULL)
    limit = time.monotonic() + _CONTROL_SECONDS
    try:
        while process.poll() is None:
            if time.monotonic() > limit or psutil.Process(process.pid).memory_info().rss > _CONTROL_BYTES:
                return True
            time.sleep(0.02)
        return process.returncode < 0
    except psutil.NoSuchProcess:
        return False
    finally:
        process.kill()
        process.wait()


@contextmanager
def _client(product: Product) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=product.address, headers={"X-API-Key": product.key}, timeout=60) as client:
        yield client


def _contacts(product: Product) -> list[dict[str, object]]:
    return product.rows("SELECT to_jsonb(contacts) - 'id' AS contact FROM contacts ORDER BY phone")


def _one_contact() -> bytes:
    from tests.fakes.workbooks import contacts

    return contacts(("3000000999", "Una"))
