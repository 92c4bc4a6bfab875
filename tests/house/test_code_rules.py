"""Rules of the house that a machine can see."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from celery.signals import celeryd_init

from cci_app.core.queue import QUEUE_OF, WORKERS, Queue, Task, celery_config
from cci_app.embedded.launch import PARTS

ROOT = Path(__file__).parents[2]
CODE = [
    path
    for folder in ("cci_app", "celery_tasks", "config", "benchmarks", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
FILE_LINES = 400
FUNCTION_LINES = 60


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_short(path: Path) -> None:
    source = path.read_text()
    assert len(source.splitlines()) <= FILE_LINES
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= FUNCTION_LINES, node.name


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_say_what_a_file_does(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "misc", "common"}
    if path.stem == "manager":
        assert path.parent.name == "contacts"


def test_only_the_settings_read_the_environment() -> None:
    allowed = {"config/settings.py", "config/gunicorn.py"}
    readers = [
        name
        for path in CODE
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text())
        and (name := str(path.relative_to(ROOT))) not in allowed
        and not name.startswith(("tests/", "cci_app/embedded/", "benchmarks/"))
    ]
    assert readers == []


_BEGINS_A_PROCESS = re.compile(
    r"^\s*(?:import|from) (?:subprocess|multiprocessing)\b|\bos\.(?:fork|exec\w*|spawn\w*|system|popen)\(", re.MULTILINE
)


def test_only_the_sandbox_begins_processes() -> None:
    beginners = [
        name
        for path in CODE
        if (name := str(path.relative_to(ROOT))).startswith(("cci_app/", "celery_tasks/"))
        and not name.startswith("cci_app/embedded/")
        and _BEGINS_A_PROCESS.search(path.read_text())
    ]
    assert beginners == ["cci_app/core/sandbox.py"]


def imported_by(path: Path) -> set[str]:
    """The modules that a file names in its imports, those inside functions too."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
    return modules


# Where a file stands, and what of tests and benchmarks it may import.
_MAY_IMPORT = {
    "tests/benchmarks/": ("tests.", "benchmarks."),  # they run small parts of what they test
    "tests/fakes/": ("tests.fakes.",),
    "tests/": ("tests.",),
    "benchmarks/": ("benchmarks.", "tests.fakes."),
}


def test_tests_and_benchmarks_meet_in_the_fakes() -> None:
    strangers = []
    for path in CODE:
        name = str(path.relative_to(ROOT))
        place = next((place for place in _MAY_IMPORT if name.startswith(place)), None)
        if place is not None:
            both = {module for module in imported_by(path) if module.startswith(("tests.", "benchmarks."))}
            strangers += [(name, module) for module in both if not module.startswith(_MAY_IMPORT[place])]
    assert strangers == []
    assert "tests.fakes.models.FakeModels" in imported_by(ROOT / "benchmarks" / "chaos" / "model_faults.py")


def test_only_the_edge_knows_the_request() -> None:
    edge = re.compile(r"routes\.py$|^cci_app/(dashboard|core/http)/|^cci_app/accounts/(auth|sign_in/forms)\.py$")
    knowing = [
        str(path.relative_to(ROOT))
        for path in CODE
        if path.is_relative_to(ROOT / "cci_app")
        and re.search(r"from flask import [^\n]*\b(request|g|session)\b", path.read_text())
        and not edge.search(str(path.relative_to(ROOT)))
    ]
    assert knowing == []


def test_importing_a_room_loads_no_other() -> None:
    script = (
        "import sys, cci_app.contacts.card\n"
        "rooms = {name.split('.')[1] for name in sys.modules if name.startswith('cci_app.')}\n"
        "assert rooms <= {'contacts', 'core'}, rooms\n"
        "assert not {'langchain', 'openai', 'pinecone', 'boto3', 'celery'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


def test_code_names_no_assistant() -> None:
    names = {path.stem for path in (ROOT / "config" / "assistants").glob("*.yaml")}
    assert names
    for room in ("agents", "assistants", "conversation", "knowledge"):
        for path in (ROOT / "cci_app" / room).rglob("*.py"):
            texts = {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
            assert not names & texts, path


def test_every_task_is_named_has_a_queue_and_is_served() -> None:
    from celery_tasks.app import celery

    celery.loader.import_default_modules()
    ours = {name for name in celery.tasks if not name.startswith("celery.")}
    assert ours == {task.value for task in Task}
    assert set(QUEUE_OF) == set(Task)
    assert set(QUEUE_OF.values()) == set(Queue)
    for entry in celery.conf.beat_schedule.values():
        assert entry["task"] in ours
        assert entry["options"]["queue"] == QUEUE_OF[Task(entry["task"])].value


def test_no_worker_does_jobs_beside_turns_and_each_queue_is_served() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    composed = [
        service["command"] for service in compose["services"].values() if "celery" in service.get("command", ())
    ]
    for started in ([*PARTS.values()], composed):
        served = [set(words[words.index("-Q") + 1].split(",")) for words in map(list, started) if "worker" in words]
        assert sorted(queue for queues in served for queue in queues) == sorted(queue.value for queue in Queue)
        assert {Queue.JOBS.value} in served
    assert Queue.JOBS.value not in {
        QUEUE_OF[task].value for task in (Task.LOG_CONVERSATIONS, Task.RESUME_TURN, Task.SEND)
    }


def test_the_worker_of_jobs_has_processes_of_its_own_number(monkeypatch: pytest.MonkeyPatch) -> None:
    from celery_tasks import app as module

    class Given:
        job_concurrency = 7

    monkeypatch.setattr(module, "get_settings", Given)
    for name, processes in (("jobs", 7), ("turns", 2)):
        conf = SimpleNamespace(worker_concurrency=2)
        queues = [queue.value for queue in WORKERS[name]]
        celeryd_init.send(sender=name, instance=None, conf=conf, options={"queues": queues})
        assert conf.worker_concurrency == processes


def test_celery_neither_loses_work_nor_waits_for_ever() -> None:
    from tests.conftest import make_settings

    config = celery_config(make_settings("postgresql://x@127.0.0.1/x", "redis://127.0.0.1/0"))
    assert config["task_acks_late"]
    assert config["task_reject_on_worker_lost"]
    assert config["worker_prefetch_multiplier"] == 1
    assert config["task_ignore_result"]
    assert config["broker_transport_options"]["visibility_timeout"] <= 60
    assert config["broker_transport_options"]["socket_timeout"] <= 2


_SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|CASE|WHEN|ARRAY\[|VALUES|json_build_object)\b")


def values_in_sql(source: str) -> list[int]:
    """The lines of f-strings with SQL in which a value stands as a literal: by `repr`, or between quotes."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.JoinedStr):
            continue
        constants = [str(part.value) for part in node.values if isinstance(part, ast.Constant)]
        if not _SQL.search("".join(constants)):
            continue
        quotes = 0
        for part in node.values:
            if isinstance(part, ast.Constant):
                quotes += str(part.value).count("'")
            elif isinstance(part, ast.FormattedValue):
                names = {inner.id for inner in ast.walk(part) if isinstance(inner, ast.Name)}
                if part.conversion == ord("r") or "repr" in names or quotes % 2:
                    lines.append(node.lineno)
                    break
    return lines


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("""f"SELECT {value!r}" """, [1]),
        ("""f"WHERE a = '{value}' AND b = 1" """, [1]),
        ("""f"WHERE a IN ({', '.join(map(repr, values))})" """, [1]),
        ("""f"SELECT 'it''s', {column} FROM {table} WHERE a = :a" """, []),
        ("""f"there is no assistant {name!r}" """, []),
    ],
)
def test_values_in_sql_are_found(source: str, found: list[int]) -> None:
    assert values_in_sql(source) == found


def test_values_in_sql_are_bound() -> None:
    # A constraint is no statement: PostgreSQL binds nothing in it, and its values are constants of ours.
    ours = [path for path in CODE if path.relative_to(ROOT).parts[0] in {"cci_app", "celery_tasks"}]
    sources = [path for path in ours if path.name != "models.py"]
    faults = [(str(path.relative_to(ROOT)), line) for path in sources for line in values_in_sql(path.read_text())]
    assert faults == []
