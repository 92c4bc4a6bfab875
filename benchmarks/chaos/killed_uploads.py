"""R9 through the API: the worker that uploads an export is killed, and another one goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.stage import Stage, say, wait_for

_RUNS = 2_000
_PIECE_SECONDS = 0.5
_DONE_SECONDS = 90.0
_CONTROL_SECONDS = 25.0
# Some eighteen megabytes, which are four pieces; in the names, for an agent of one's own asks no questions.
_FILL = (
    "INSERT INTO conversation_runs"
    " (id, organisation_id, assistant, user_id, started_at, last_message_at, contact_name)"
    " SELECT gen_random_uuid(), id, 'cci', '+57300' || lpad(number::text, 7, '0'), now(), now(),"
    "  repeat(md5(number::text), 280)"
    f" FROM organisations, generate_series(1, {_RUNS}) number WHERE slug = 'cci'"
)
_FORGET = "UPDATE jobs SET checkpoint = checkpoint - 'delivery'"


def killed_workers(stage: Stage, count: int) -> Figure:
    """Exports whose worker dies in the middle of the upload; the control also loses what the job keeps of it."""
    say(f"R9: {count} exports into SharePoint, the worker of each killed")
    stage.product.execute(_FILL)
    stage.graph.piece_seconds = _PIECE_SECONDS
    identical = 0
    with _api(stage) as api:
        opened = _opened(stage)
        for _ in range(count):
            identical += _arrives(stage, api, _export_with_a_kill(stage, api), _DONE_SECONDS)
        sessions = _opened(stage) - opened
        control = _export_with_a_kill(stage, api, forget=True)
        without = _arrives(stage, api, control, _CONTROL_SECONDS)
    return Figure(
        "R9",
        f"{count} exports through the API, the worker killed during the upload",
        f"{count} identical, in the uploads that were begun",
        f"{identical} identical, in {sessions} uploads",
        f"without the checkpoint: {int(without)} identical within {_CONTROL_SECONDS:.0f} s",
        identical == count == sessions and not without,
    )


def _export_with_a_kill(stage: Stage, api: httpx.Client, *, forget: bool = False) -> dict[str, Any]:
    ordered = {"format": "csv", "destination": "sharepoint"}
    job: dict[str, Any] = api.post("/api/v1/export/jobs", json=ordered).raise_for_status().json()
    wait_for(lambda: any(session.content for session in list(stage.graph.sessions.values())), _DONE_SECONDS)
    stage.kill("jobs")
    if forget:
        stage.product.execute(_FORGET)
    return job


def _arrives(stage: Stage, api: httpx.Client, job: dict[str, Any], seconds: float) -> bool:
    """Whether the export comes to its end in time, and SharePoint has then been given the bytes that it has."""
    address = f"/api/v1/export/jobs/{job['id']}"
    if not wait_for(lambda: api.get(address).json()["state"] in {"done", "failed"}, seconds):
        return False
    ended = api.get(address).json()
    content = api.get(f"{address}/download").content
    return bool(ended["state"] == "done" and stage.graph.published[-1][1] == content)


def _opened(stage: Stage) -> int:
    return sum("createUploadSession" in line for line in stage.graph.requests)


@contextmanager
def _api(stage: Stage) -> Iterator[httpx.Client]:
    headers = {"X-API-Key": stage.product.key}
    with httpx.Client(base_url=stage.product.address, headers=headers, timeout=30, trust_env=False) as client:
        yield client
