"""Starting: a faulty set-up ends with a sentence, not with a traceback."""

import subprocess
import sys

import pytest

from cci_app import start
from config.settings import ROOT, Environment, Settings, get_settings


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
        ({"CHANNEL_MODULES": "no.such.channel, other"}, ["CHANNEL_MODULES=no.such.channel", "No module named"]),
        ({"AGENT_HANDLER": "no.such.module"}, ["AGENT_HANDLER", "no.such.module"]),
        ({"ASSISTANTS_PATH": "/nowhere"}, ["/nowhere", "no assistant"]),
        ({"CHAT_MODEL": "openai:gpt-4o"}, ["openai:gpt-4o", "OPENAI_API_KEY"]),
        ({"CHAT_MODEL": "offline,gpt-4o"}, ["gpt-4o", "provider:model"]),
        ({"PRICES_PATH": "/nowhere.yaml"}, ["/nowhere.yaml"]),
        (
            {"DATABASE_URL": "mysql://u:canary@h/x", "REDIS_URL": "127.0.0.1:6379", "TZ": "America/Bogot"},
            ["DATABASE_URL: mysql:// is no PostgreSQL", "REDIS_URL: the scheme", "TZ: ", "America/Bogota"],
        ),
        (
            {
                "ENVIRONMENT": "production",
                "OPENAI_BASE_URL": "127.0.0.1:1/v1",
                "OPENAI_API_KEY": "sk-canary\nsk-canary",
                "RATE_LIMIT_PER_KEY": "often",
                "DB_HOST": "postgres://u:canary@h/x",
            },
            [
                "OPENAI_BASE_URL: ",
                "OPENAI_API_KEY: ",
                "RATE_LIMIT_PER_KEY: ",
                "DB_HOST: ",
                "production needs SECRET_KEY",
            ],
        ),
    ],
)
@pytest.mark.parametrize("program", [["-c", "import wsgi"], ["-m", "gunicorn", "-c", "config/gunicorn.py", "wsgi:app"]])
def test_case_39_a_faulty_set_up_is_told(environment: dict[str, str], words: list[str], program: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, *program],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("cannot start: ")
    assert "Traceback" not in done.stderr
    assert "canary" not in done.stderr
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"SECRET_KEY": "canary"}, ["SECRET_KEY: ", "32 characters or more"]),
        ({"DEFAULT_REGION": "Colombia"}, ["DEFAULT_REGION: ", "Country of phone numbers"]),
        ({"DB_POOL_TIMEOUT": "inf"}, ["DB_POOL_TIMEOUT: ", "600"]),
        ({"CHANNEL_MODULES": "./own.py"}, ["CHANNEL_MODULES=./own.py: "]),
        ({"CHAT_MODEL": "gpt-4o"}, ["CHAT_MODEL: 'gpt-4o' names no model"]),
        ({"ASSISTANTS_PATH": "/nowhere"}, ["ASSISTANTS_PATH: /nowhere: no assistant"]),
        ({"PRICES_PATH": "/nowhere.yaml"}, ["PRICES_PATH: /nowhere.yaml: "]),
        ({"PROMETHEUS_MULTIPROC_DIR": "/nowhere"}, ["PROMETHEUS_MULTIPROC_DIR: "]),
        ({"FILE_STORAGE": "gs://bucket"}, ["FILE_STORAGE: ", "s3://bucket/prefix"]),
        ({"BASEROW_AUTH_KEY": "canary\u00e9"}, ["BASEROW_AUTH_KEY: "]),
        ({"PUBLIC_URL": "https://u:canary@h\u2100.example.org"}, ["PUBLIC_URL: ", "https://example.org"]),
        ({"TELEGRAM_BOT_TOKEN": "canary"}, ["TELEGRAM_BOT_TOKEN ", "123456:ABC"]),
        ({"META_PHONE_NUMBER_ID": "+573000000001"}, ["META_PHONE_NUMBER_ID "]),
        ({"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_WHATSAPP_NUMBER": "ours"}, ["TWILIO_WHATSAPP_NUMBER ", "+573001234567"]),
        ({"GOOGLE_SERVICE_ACCOUNT": "{canary"}, ["GOOGLE_SERVICE_ACCOUNT ", "JSON key"]),
        ({"SLACK_ALERT_WEBHOOK": "hooks.slack.com/services/canary"}, ["SLACK_ALERT_WEBHOOK ", "https://"]),
        ({"ZENDESK_DOMAIN": "https://example.zendesk.com"}, ["ZENDESK_DOMAIN ", "as example.zendesk.com"]),
        (
            {"EMAIL_HOST": "mail.example.org:587", "PUBLIC_URL": "https://example.org"},
            ["EMAIL_HOST ", "as mail.example.org"],
        ),
    ],
)
def test_case_39_each_setting_is_named_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], words: list[str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    try:
        with pytest.raises(SystemExit) as ended:
            start()
    finally:
        get_settings.cache_clear()
    told = str(ended.value)
    assert told.startswith("cannot start: ")
    assert "\n" not in told
    assert "canary" not in told
    for word in words:
        assert word in told


@pytest.mark.parametrize("written", ["256.0.0.1", "192.0.2.1"])
def test_case_39_an_address_at_which_nobody_can_listen_is_told(written: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "wsgi:app"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "WEB_HOST": written},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("cannot start: WEB_HOST: ")


@pytest.mark.parametrize(
    ("written", "bound"),
    [("::", "[::]:8000"), ("::1", "[::1]:8000"), ("[::1]", "[::1]:8000"), ("0.0.0.0", "0.0.0.0:8000")],
)
def test_case_39_the_server_listens_on_ipv6(written: str, bound: str) -> None:
    assert Settings(web_host=written).web_bind == bound


def test_values_lose_what_copying_left_around_them() -> None:
    settings = Settings(
        openai_api_key="  'sk-fictional'\n",
        database_url='"postgresql://u:p@127.0.0.1:1/x"',
        log_level=" info ",
        port=" 8001 ",
    )
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "sk-fictional"
    assert settings.app_database == "postgresql+psycopg2://u:p@127.0.0.1:1/x"
    assert (settings.log_level, settings.port) == ("INFO", 8001)


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
