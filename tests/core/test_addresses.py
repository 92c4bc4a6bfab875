"""Addresses as hosts and other clients write them: they work, or a sentence says what to write."""

from typing import Any

import pytest
import redis
import sqlalchemy as sa
from kombu import Connection

from cci_app.channels.kinds import MetaFields
from config.addresses import database_of_parts, read_database, read_redis, service_address
from config.settings import Settings

HERE = "postgresql://u:p@127.0.0.1:1/x"
TLS = {"require", "verify-ca", "verify-full"}


@pytest.mark.parametrize(
    ("parameters", "kept"),
    [
        ("pgbouncer=true&connection_limit=1", {}),
        ("schema=public&pool_timeout=10", {}),
        ("schema=chamber", {"options": "-csearch_path=chamber"}),
        ("ssl=true", {"sslmode": "require"}),
        ("ssl=1&sslmode=verify-full", {"sslmode": "verify-full"}),
        ("sslmode=no-verify", {"sslmode": "require"}),
        ("sslMode=require&useSSL=true", {"sslmode": "require"}),
        ("sslMode=require&sslmode=verify-full", {"sslmode": "verify-full"}),
        ("encrypt=true&TrustServerCertificate=true", {"sslmode": "require"}),
        ("ssl-mode=VERIFY_IDENTITY", {"sslmode": "verify-full", "sslrootcert": "system"}),
        ("sslaccept=strict", {"sslmode": "verify-full", "sslrootcert": "system"}),
        ("statement_cache_size=0&prepared_statements=false", {}),
        ("supa=base-pooler.x", {}),
        ("uselibpqcompat=true&sslmode=require", {"sslmode": "require"}),
        ("sslmode=require&sslfactory=org.example.Factory", {"sslmode": "require"}),
        ("sslmode=require&sslrootcert=system", {"sslmode": "verify-full", "sslrootcert": "system"}),
        ("schema=their own", {"options": r"-csearch_path=their\ own"}),
        (
            "application_name=a&keepalives=1&channel_binding=prefer",
            {"application_name": "a", "keepalives": "1", "channel_binding": "prefer"},
        ),
    ],
)
def test_case_38_parameters_of_other_clients_are_translated_or_left_out(parameters: str, kept: dict[str, str]) -> None:
    read = read_database(f"{HERE}?{parameters}")
    url = sa.make_url(read.url)
    assert dict(url.query) == kept
    assert set(read.ignored).isdisjoint(kept)
    assert not any("ssl" in name and name != "sslfactory" for name in read.ignored if name != "uselibpqcompat")


def test_case_38_what_is_left_keeps_psycopg_content(addresses: dict[str, str]) -> None:
    written = addresses["web"] + "?pgbouncer=true&schema=public&statement_cache_size=0&connect_timeout=5"
    read = read_database(written)
    with pytest.raises(sa.exc.ProgrammingError, match="invalid connection option"):
        sa.create_engine(written.replace("postgresql://", "postgresql+psycopg2://")).connect()
    engine = sa.create_engine(read.url)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1
    engine.dispose()
    assert read.ignored == ("pgbouncer", "statement_cache_size")


@pytest.mark.parametrize(
    "asked", ["sslfactory=x", "tls_ca=/x.pem", "ssl=perhaps", "sslmode=on-sundays", "sslmode=require&sslmode=disable"]
)
def test_what_asks_for_tls_is_never_dropped(asked: str) -> None:
    with pytest.raises(ValueError, match="sslmode="):
        read_database(f"{HERE}?{asked}")


@pytest.mark.parametrize(
    ("written", "host", "port", "password"),
    [
        ("postgres://u:p@db.example.org/x", "db.example.org", None, "p"),
        ("POSTGRES://u:p@127.0.0.1:1/x", "127.0.0.1", 1, "p"),
        ("postgresql+asyncpg://u:p@127.0.0.1:1/x", "127.0.0.1", 1, "p"),
        ("postgis://u:p@h/x", "h", None, "p"),
        ("postgres://u:p%40ss@[::1]:5433/x", "::1", 5433, "p@ss"),
        ("postgres://u.ref:p#a@b?c@pooler.example.org:6543/x", "pooler.example.org", 6543, "p#a@b?c"),
        ("postgres://u:p/w@db.example.org:5432/x", "db.example.org", 5432, "p/w"),
        ("postgres://u:12/w@h:5432/x?application_name=me@example.org", "h", 5432, "12/w"),
        ("postgres://u:p?w@h/x/", "h", None, "p?w"),
        ("postgres://u:p?w=1@h:5432//x", "h", 5432, "p?w=1"),
        ("postgres://u:a/b@c/d@h/x?sslmode=require", "h", None, "a/b@c/d"),
        ("postgres://u:p@[fe80::1%25eth0]/x", "fe80::1%eth0", None, "p"),
    ],
)
def test_addresses_of_databases_as_hosts_write_them(written: str, host: str, port: int | None, password: str) -> None:
    url = sa.make_url(read_database(written).url)
    assert (url.drivername, url.host, url.port, url.password, url.database) == (
        "postgresql+psycopg2",
        host,
        port,
        password,
        "x",
    )


def test_several_hosts_of_one_database() -> None:
    url = sa.make_url(read_database("postgres://u:p@a.example.org:1,[::1]:2/x?target_session_attrs=read-write").url)
    assert url.query["host"] == ("a.example.org:1", "[::1]:2")
    assert url.query["target_session_attrs"] == "read-write"


@pytest.mark.parametrize(
    ("written", "host", "port"),
    [
        ("postgresql://u:p@%2Frun%2Fpostgresql:5433/x", "/run/postgresql", "5433"),
        ("postgresql://u:p@%2Fcloudsql%2Fp:r:i/x", "/cloudsql/p:r:i", None),
        ("postgresql://u:p@/x?host=/run/postgresql", "/run/postgresql", None),
        (
            "postgresql+psycopg2://u:p@/x?host=a.example.org:1&host=b.example.org:2",
            "a.example.org,b.example.org",
            "1,2",
        ),
    ],
)
def test_case_38_other_ways_to_name_the_host(written: str, host: str, port: str | None) -> None:
    url = sa.make_url(read_database(written).url)
    _, given = url.get_dialect()().create_connect_args(url)
    assert (given["host"], given.get("port")) == (host, port)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("postgresql://u:[YOUR-PASSWORD]@h/x", "placeholder"),
        ("postgresql://u:****@h/x", "placeholder"),
        ("postgresql://u:p@h/${DATABASE}", "placeholder"),
        ("postgresql://u:p@h/x&sslmode=require", "begin with ?"),
        ("postgresql://u:p@h/x?connect_timeout=10s", "connect_timeout is a whole number"),
        ("postgresql://u:p@h/x?keepalives=yes", "keepalives is a whole number"),
        ("postgresql://u:p@h:port/x", "%2F"),
    ],
)
def test_case_38_what_would_fail_at_every_request_is_told(written: str, words: str) -> None:
    with pytest.raises(ValueError) as told:
        read_database(written)
    assert words in str(told.value)


@pytest.mark.parametrize("written", ["mysql://u:p@h/x", "host=h user=u", "postgres://u:canary@h:99999/x", "x" * 9000])
def test_what_is_no_database_is_told_without_repeating_it(written: str) -> None:
    with pytest.raises(ValueError) as told:
        read_database(written)
    assert "canary" not in str(told.value)
    assert len(str(told.value)) < 200


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("::1", "[::1]:5432"),
        ("[::1]:5433", "[::1]:5433"),
        ("db:5433", "db:5433"),
        ("db.example.org", "db.example.org:5432"),
    ],
)
def test_case_39_a_host_may_bring_its_port(host: str, written: str) -> None:
    assert database_of_parts(host, 5432, "x", "u", "p") == f"postgresql+psycopg2://u:p@{written}/x"


def test_a_folder_of_sockets_is_a_host() -> None:
    url = sa.make_url(database_of_parts("/run/postgresql", 5433, "x", "u", "p"))
    assert dict(url.query) == {"host": "/run/postgresql", "port": "5433"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("valkey://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("redis://default:p#a@127.0.0.1:6379/0", "redis://default:p%23a@127.0.0.1:6379/0"),
        ("redis://[::1]", "redis://[::1]:6379/0"),
        ("redis://:p/w@h:6379/1", "redis://:p%2Fw@h:6379/1"),
        ("redis://h:6379/1?password=p%23a", "redis://:p%23a@h:6379/1"),
        ("redis://h?username=u&password=p", "redis://u:p@h:6379/0"),
        ("rediss://cache.example.org", "rediss://cache.example.org:6379/0?ssl_cert_reqs=required"),
        ("rediss://h/1?ssl_cert_reqs=CERT_NONE&family=0", "rediss://h:6379/1?ssl_cert_reqs=none"),
        ("redis://h?tls=true", "rediss://h:6379/0?ssl_cert_reqs=required"),
        ("redis+socket:///run/redis.sock?virtual_host=2", "unix:///run/redis.sock?db=2"),
    ],
)
def test_addresses_of_redis_serve_both_of_its_clients(written: str, read: str) -> None:
    assert read_redis(written) == read
    redis.Redis.from_url(read).connection_pool.make_connection()
    broker = Connection(Settings(redis_url=written).broker_address)
    assert broker.transport_cls in {"redis", "rediss"} or str(broker.hostname).startswith("socket://")
    # The product's own address always says whether certificates are looked at: Celery would not look by itself.
    assert ("ssl_cert_reqs" in read) == read.startswith("rediss://")


@pytest.mark.parametrize("written", ["127.0.0.1:6379", "http://h", "redis://h/zero", "redis://a,b/0", "redis"])
def test_case_39_what_is_no_redis_is_told(written: str) -> None:
    with pytest.raises(ValueError, match=r"redis://|one host|number"):
        read_redis(written)


@pytest.mark.parametrize(
    ("setting", "written", "read"),
    [
        ("openai_base_url", "http://127.0.0.1:1", "http://127.0.0.1:1/v1"),
        ("openai_base_url", " http://127.0.0.1:1/v1/chat/completions\n", "http://127.0.0.1:1/v1"),
        ("openai_base_url", "https://models.example.org/openai/v1/", "https://models.example.org/openai/v1"),
        ("openai_base_url", "https://models.example.org/chatter/v1", "https://models.example.org/chatter/v1"),
        ("anthropic_base_url", "http://127.0.0.1:1/v1", "http://127.0.0.1:1"),
        ("anthropic_base_url", "http://127.0.0.1:1/v1/messages", "http://127.0.0.1:1"),
        ("anthropic_base_url", "https://other.example.org/anthropic/", "https://other.example.org/anthropic"),
        ("google_base_url", "http://127.0.0.1:1/v1beta", "http://127.0.0.1:1"),
        ("google_base_url", "http://127.0.0.1:1/v1beta/models/a:generateContent", "http://127.0.0.1:1"),
        ("graph_base_url", "https://graph.example.org/v1.0/sites", "https://graph.example.org"),
        ("google_sheets_url", "https://sheets.example.org/v4/spreadsheets", "https://sheets.example.org"),
        ("manychat_base_url", "https://many.example.org/fb/sending/sendContent", "https://many.example.org"),
        ("manychat_base_url", "https://many.example.org/swagger", "https://many.example.org"),
        ("openai_base_url", "http://127.0.0.1:11434/api/chat", "http://127.0.0.1:11434/v1"),
        ("openai_base_url", "https://models.example.org/api/v1/chat/completions", "https://models.example.org/api/v1"),
        (
            "openai_base_url",
            "https://ours.openai.azure.com/openai/deployments/mini/chat/completions?api-version=2024-10-21",
            "https://ours.openai.azure.com/openai/v1",
        ),
        ("openai_base_url", "https://ours.openai.azure.com/", "https://ours.openai.azure.com/openai/v1"),
        ("openai_base_url", "https://ours.openai.azure.com/openai/v1/", "https://ours.openai.azure.com/openai/v1"),
        ("openai_base_url", "https://chat.example.org/api/chat/completions", "https://chat.example.org/api"),
        (
            "openai_base_url",
            "https://m.example.org/models/a/b/v1/chat/completions",
            "https://m.example.org/models/a/b/v1",
        ),
        (
            "openai_base_url",
            "https://ours.cognitiveservices.azure.com/openai/deployments/mini/chat/completions?api-version=1",
            "https://ours.cognitiveservices.azure.com/openai/v1",
        ),
        ("anthropic_base_url", "https://g.example.org/v1/a/b/anthropic", "https://g.example.org/v1/a/b/anthropic"),
        ("anthropic_base_url", "https://g.example.org/v1/a/v1/messages", "https://g.example.org/v1/a"),
        ("google_base_url", "https://g.example.org/v1/a/b/google/v1beta/models", "https://g.example.org/v1/a/b/google"),
        ("graph_authority", "https://login.example.org/a-tenant/v2.0", "https://login.example.org"),
        ("meta_base_url", "https://meta.example.org/v23.0/106540352242922/messages", "https://meta.example.org"),
        ("telegram_base_url", "https://telegram.example.org/bot123:ABC/getMe", "https://telegram.example.org"),
        ("telegram_base_url", "https://telegram.example.org/file/bot123:ABC/x", "https://telegram.example.org"),
        ("meta_base_url", "https://meta.example.org/v26", "https://meta.example.org"),
        ("twilio_base_url", "https://t.example.org/2010-04-01/Accounts/AC1/Messages.json", "https://t.example.org"),
        ("waha_base_url", "http://waha:3000/dashboard/", "http://waha:3000"),
        ("baserow_url", "https://b.example.org/api/database/rows/table/12/?size=1", "https://b.example.org"),
        ("baserow_url", "https://b.example.org/database/5/table/12", "https://b.example.org"),
    ],
)
def test_case_37_base_addresses_with_too_much_or_too_little_path(setting: str, written: str, read: str) -> None:
    given: dict[str, Any] = {setting: written}
    assert getattr(Settings(**given), setting) == read


@pytest.mark.parametrize("setting", ["agent_handler_url", "webhook_url", "baserow_url", "waha_base_url"])
def test_case_37_an_address_without_a_scheme_is_told_at_the_start(setting: str) -> None:
    given: dict[str, Any] = {setting: "agent:9000/chat"}
    with pytest.raises(ValueError, match="the scheme is missing"):
        Settings(**given)


def test_case_37_an_account_is_added_with_the_address_of_a_curl_line() -> None:
    fields: dict[str, Any] = {
        "phone_number_id": "106540352242922",
        "access_token": "a-token",
        "app_secret": "a-secret",
        "base_url": "https://graph.facebook.com/v23.0/106540352242922/messages",
    }
    assert MetaFields(**fields).base_url == "https://graph.facebook.com"


@pytest.mark.parametrize(
    "written",
    [
        *("127.0.0.1:1/v1", "ftp://h", "https://", "https://a b/", "https://h:99999", "https://h:port", "https://[::1"),
        *("https://<host>/v1", "https://u:canary@h\u2100.example.org"),
    ],
)
def test_case_37_what_is_no_address_is_told(written: str) -> None:
    with pytest.raises(ValueError, match=r"https://host|65535") as told:
        service_address("/v1")(written)
    assert "canary" not in str(told.value)
