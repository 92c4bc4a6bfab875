"""A backup is restored on another server, and the product goes on there."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cci_app import before_exit, create_app
from cci_app.core.logins import make_login
from cci_app.embedded.postgres import EmbeddedPostgres
from tests.conftest import Tenant, make_settings

ROOT = Path(__file__).parents[2]
PERSON = "+573000000001"
_SECURITY = """
    SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relacl::text,
           (SELECT array_agg((p.polname, p.polcmd, pg_get_expr(p.polqual, p.polrelid))::text ORDER BY p.polname)
            FROM pg_policy p WHERE p.polrelid = c.oid)::text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v') ORDER BY 1
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A second server, with nothing in it."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("elsewhere"), durable=False) as server:
        yield server


def run(script: str, *words: Path, programs: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    command = [ROOT / "deploy" / script, *words]
    return subprocess.run(command, env={"PATH": path, **environment}, capture_output=True, text=True, check=False)


def everything(url: str) -> tuple[dict[str, int], list[tuple[object, ...]]]:
    """How many rows each table has, and who may see which."""
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.NullPool)
    with engine.connect() as connection:
        tables = connection.scalars(sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        rows = {table: connection.scalar(sa.text(f'SELECT count(*) FROM "{table}"')) or 0 for table in tables}
        security = [tuple(row) for row in connection.execute(sa.text(_SECURITY))]
    engine.dispose()
    return rows, security


def test_a_restored_backup_is_the_same_and_the_product_goes_on(
    web: FlaskClient, tenant: Tenant, addresses: dict[str, str], elsewhere: EmbeddedPostgres, tmp_path: Path
) -> None:
    message = {"user_id": PERSON, "message": "Bonjour"}
    assert web.post("/api/v1/whatsapp/message", json=message, headers=tenant.headers).status_code == 200
    before = web.get(f"/api/v1/users/{PERSON}/status", headers=tenant.headers).json

    made = run("backup.sh", tmp_path, programs=elsewhere.programs, BACKUP_DATABASE_URL=addresses["superuser"])
    assert made.returncode == 0, made.stderr
    [copy] = tmp_path.iterdir()
    assert made.stdout.strip() == str(copy)
    assert copy.stat().st_mode & 0o077 == 0

    place = {"programs": elsewhere.programs, "RESTORE_DATABASE_URL": elsewhere.superuser_url()}
    restored = run("restore.sh", copy, **place)  # type: ignore[arg-type]  # a Path and an address
    assert restored.returncode == 0, restored.stderr
    rows, security = everything(elsewhere.superuser_url())
    there_rows, there_security = everything(addresses["superuser"])
    assert rows["webhook_events"] >= 1
    # A thread writes figures of requests meanwhile.
    assert rows | {"api_metrics": 0} == there_rows | {"api_metrics": 0}
    assert security == there_security
    again = run("restore.sh", copy, **place)  # type: ignore[arg-type]
    assert (again.returncode, "has tables" in again.stderr) == (1, True)

    make_login(elsewhere.superuser_url(), "cci_web", "web")
    own = sa.make_url(elsewhere.superuser_url()).set(username="cci_web", password="web")
    moved = create_app(make_settings(own.render_as_string(hide_password=False), addresses["redis"]))
    try:
        status = moved.test_client().get(f"/api/v1/users/{PERSON}/status", headers=tenant.headers)
        assert (status.status_code, status.json) == (200, before)
    finally:
        before_exit(moved)


def test_a_login_that_row_level_security_binds_makes_no_backup_rather_than_half_of_one(
    addresses: dict[str, str], elsewhere: EmbeddedPostgres, tmp_path: Path
) -> None:
    made = run("backup.sh", tmp_path, programs=elsewhere.programs, BACKUP_DATABASE_URL=addresses["background"])
    assert made.returncode != 0
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".dump"]
