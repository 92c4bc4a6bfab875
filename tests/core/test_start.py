"""Starting: a faulty set-up ends with a sentence, not with a traceback."""

import subprocess
import sys

import pytest

from config.settings import ROOT, Environment, Settings


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"ENVIRONMENT": "production"}, ["production needs", "SECRET_KEY", "DATABASE_URL", "REDIS_URL"]),
        (
            {
                "ENVIRONMENT": "production",
                "SECRET_KEY": "a-secret-key-of-more-than-32-characters",
                "DATABASE_URL": "postgres://db.example.org/cci",
                "REDIS_URL": "rediss://redis.example.org",
                "FETCH_LOOPBACK": "true",
            },
            ["production refuses FETCH_LOOPBACK"],
        ),
        ({"PORT": "no number"}, ["PORT"]),
        ({"AGENT_HANDLER": "no.such.module"}, ["AGENT_HANDLER", "no.such.module"]),
        ({"ASSISTANTS_PATH": "/nowhere"}, ["/nowhere", "no assistant"]),
        ({"CHAT_MODEL": "openai:gpt-4o"}, ["openai:gpt-4o", "OPENAI_API_KEY"]),
        ({"CHAT_MODEL": "offline,gpt-4o"}, ["gpt-4o", "provider:model"]),
        ({"PRICES_PATH": "/nowhere.yaml"}, ["/nowhere.yaml"]),
    ],
)
def test_a_faulty_set_up_is_told(environment: dict[str, str], words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("cannot start: ")
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_production_takes_real_settings() -> None:
    settings = Settings(
        environment=Environment.PRODUCTION,
        secret_key="a-secret-key-of-more-than-32-characters",
        database_url="postgres://user:canary-9@db.example.org/cci?sslmode=require",
        redis_url="rediss://cache.example.org",
    )
    assert settings.app_database == "postgresql+psycopg2://user:canary-9@db.example.org/cci?sslmode=require"
    assert settings.system_database == settings.migrations_database == settings.app_database
    assert "canary-9" not in repr(settings)


def test_a_database_in_parts_is_put_together() -> None:
    settings = Settings(db_host="db.example.org", db_user="us er", db_password="p@ss:/word", db_name="chamber")
    assert settings.app_database == "postgresql+psycopg2://us%20er:p%40ss%3A%2Fword@db.example.org:5432/chamber"
