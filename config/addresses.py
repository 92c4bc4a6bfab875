"""Addresses as hosts, other clients and tools write them, brought into the one form that the product uses.

Every function takes what a setting holds and returns the address that works, or raises ValueError with a sentence that
says what to write instead. No sentence repeats the address: it may hold a password.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import psycopg2
from psycopg2.extensions import parse_dsn
from sqlalchemy.engine import URL

# `user:password@` may hold what ought to be percent-encoded; then the first @ ends it with which the rest can be read.
_REST = r"(?P<hosts>[^/?#@]*)(?:/(?P<path>[^?#@]*))?(?:\?(?P<query>[^=@]*(?:=.*)?))?"
_ADDRESS = tuple(
    re.compile(rf"(?P<scheme>[a-z][a-z0-9+.:-]*)://{user}{_REST}", re.IGNORECASE)
    for user in ("(?:(?P<user>[^/?#@]*)@)?", "(?P<user>.*?)@")
)
# What the page of a host shows where a part is for the reader to fill in, or is hidden.
_PLACEHOLDER = re.compile(r"\[[^\]:.]*\]|<[^>]*>|\$?\{[^}]*\}|\*+")
_HOST = re.compile(r"(?P<host>\[[^\]]*\]|/.*?|[\w.-]*)(?::(?P<port>\d*))?")
_LONGEST = 8192

POSTGRESQL_FORM = "write postgresql://user:password@host:5432/database, / ? # @ % in a password as %2F %3F %23 %40 %25"
SERVICE_FORM = "write https://host, and its path where it has one"
REDIS_FORM = "write redis://:password@host:6379/0, or rediss:// for TLS"
_DRIVER = "postgresql+psycopg2"
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SSL_NAMES = ("sslmode", "ssl_mode", "ssl-mode", "ssl", "tls", "sslaccept", "usessl", "encrypt")
_OFF = {"false", "0", "off", "no", "disable", "disabled", "none"}
_ON = {"true", "1", "on", "yes", "require", "required", ""}
# Words of other clients for TLS whose certificate is not looked at.
_UNVERIFIED = {"no-verify", "accept_invalid_certs", '{"rejectunauthorized":false}'}
_VERIFIED = {"strict", "verify_full", "verify_identity", '{"rejectunauthorized":true}'}
# libpq finds out only when it connects.
_NUMBERS = re.compile(r"connect_timeout|keepalives(?:_\w+)?|tcp_user_timeout")
# As clients of the Node and JVM worlds name the schema whose tables are meant.
_SCHEMA = ("schema", "currentSchema", "search_path")
_REDIS_SCHEMES = {
    **dict.fromkeys(("redis", "valkey", "keydb", "redis+tcp"), "redis"),
    **dict.fromkeys(("rediss", "valkeys", "redis+tls", "redis+ssl"), "rediss"),
    **dict.fromkeys(("unix", "redis+socket", "redis+unix"), "unix"),
}
_CERTIFICATES = {
    "none": "none",
    "cert_none": "none",
    "optional": "optional",
    "cert_optional": "optional",
    "required": "required",
    "cert_required": "required",
}
_REDIS_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address, decoded. `hosts` are pairs: a host (IPv6 without brackets), and a port where told."""

    scheme: str
    user: str | None
    password: str | None
    hosts: tuple[tuple[str, int | None], ...]
    path: str
    query: Mapping[str, str] = field(default_factory=dict)


def read_address(written: str, form: str) -> Address:
    """Read `scheme://user:password@host:port/path?query`, several hosts too. `form` completes the refusals."""
    if len(written) > _LONGEST:
        raise ValueError(f"this is too long for an address: {form}")
    refusal = ValueError(f"this is no address: {form}")
    for found in filter(None, (pattern.fullmatch(written) for pattern in _ADDRESS)):
        try:
            hosts = tuple(read_host(host, form) for host in found["hosts"].split(",")) if found["hosts"] else ()
        except ValueError as error:
            refusal = error
            continue
        user, _, password = (found["user"] or "").partition(":")
        path = (found["path"] or "").strip("/")
        if any(map(_PLACEHOLDER.fullmatch, (user, password, path, found["hosts"]))):
            raise ValueError("a part of it is still the placeholder that the page of the host shows: write your own")
        if "=" in path:
            raise ValueError(f"parameters begin with ? and are parted by &: {form}")
        return Address(
            scheme=found["scheme"].lower(),
            user=unquote(user) or None,
            password=unquote(password) or None,
            hosts=hosts,
            path=unquote(path),
            query=_parameters(found["query"] or ""),
        )
    raise refusal


def _parameters(query: str) -> dict[str, str]:
    """Parameters by name; one that stands there several times has all its values, for none is dropped unseen."""
    read: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        read[name] = value if read.get(name, value) == value else f"{read[name]},{value}"
    return read


def read_host(written: str, form: str) -> tuple[str, int | None]:
    """Read `host`, `host:port`, `[::1]:port`, a bare IPv6 address, or an encoded folder of sockets."""
    written = unquote(written)
    if is_ipv6(written):
        return written, None
    found = _HOST.fullmatch(written)
    if found is None:
        raise ValueError(f"the host cannot be read: {form}")
    host, port = found["host"], found["port"]
    if host.startswith("["):
        host = host[1:-1]
        if not is_ipv6(host):
            raise ValueError(f"what stands in brackets is no IPv6 address: {form}")
    if port and not 1 <= int(port) <= 65535:
        raise ValueError("the port is not between 1 and 65535")
    return host, int(port) if port else None


def is_ipv6(written: str) -> bool:
    """Whether this is an IPv6 address, without brackets or port."""
    try:
        IPv6Address(written)
    except AddressValueError:
        return False
    return True


def bracketed(host: str) -> str:
    """A host as it stands before a port."""
    return f"[{host}]" if is_ipv6(host) else host


@dataclass(frozen=True, slots=True)
class Database:
    """SQLAlchemy's address of a database, and the parameters in it that are another client's and were left out."""

    url: str
    ignored: tuple[str, ...] = ()


def read_database(written: str) -> Database:
    """Read the address of a PostgreSQL database, as libpq, Prisma, Supabase, asyncpg, Django or JDBC write it."""
    address = read_address(written.removeprefix("jdbc:"), POSTGRESQL_FORM)
    family = address.scheme.partition("+")[0]
    if family not in {"postgres", "postgresql", "postgis", "pgsql", "psql"}:
        raise ValueError(f"{family}:// is no PostgreSQL: {POSTGRESQL_FORM}")
    query = dict(address.query)
    kept = _tls(query)
    ignored = []
    for name in _SCHEMA:
        schema = query.pop(name, "public")
        if schema != "public":
            escaped = re.sub(r"([\\\s])", r"\\\1", schema)
            kept["options"] = f"{query.pop('options', '')} -csearch_path={escaped}".strip()
    for name, value in query.items():
        if _NUMBERS.fullmatch(name) and not re.fullmatch(r"-?\d{1,9}", value.strip()):
            raise ValueError(f"{name} is a whole number, without a unit")
        if _known_to_libpq(name):
            kept[name] = value
        else:
            ignored.append(name)
    hosts = address.hosts
    if not hosts and re.fullmatch("[^/]*:[^/]*", kept.get("host", "")):
        # As SQLAlchemy writes several hosts.
        hosts = tuple(read_host(host, POSTGRESQL_FORM) for host in kept.pop("host").split(","))
    return Database(_rendered(_url(address, hosts, kept)), tuple(ignored))


def _url(address: Address, hosts: tuple[tuple[str, int | None], ...], kept: dict[str, str]) -> URL:
    several = len(hosts) > 1
    host, port = (None, None) if several or not hosts else hosts[0]
    written = tuple(bracketed(host) + (f":{port}" if port else "") for host, port in hosts)
    if host and host.startswith("/"):
        kept = {"host": host, **({"port": str(port)} if port else {}), **kept}
        host = port = None
    return URL.create(
        _DRIVER,
        username=address.user,
        password=address.password,
        host=host or None,
        port=port,
        database=address.path or None,
        query={**kept, **({"host": written} if several else {})},
    )


def _rendered(url: URL) -> str:
    return url.render_as_string(hide_password=False).replace(" ", "%20")


def _tls(query: dict[str, str]) -> dict[str, str]:
    """What the parameters say of TLS, in libpq's terms; taken out of `query`. None that asks for it is dropped."""
    said = [(name.lower(), query.pop(name)) for name in list(query) if name.lower() in _SSL_NAMES]
    modes = [_ssl_mode(name, value) for name, value in said]
    strictest = max(modes, key=_SSL_MODES.index, default=None)
    unknown = next((name for name in query if re.search("ssl|tls", name, re.I) and not _known_to_libpq(name)), None)
    if unknown and strictest not in _SSL_MODES[3:]:
        raise ValueError(f"the parameter {unknown} is another client's: write sslmode=require or sslmode=verify-full")
    # Clients that say it this way mean the certificates of the system, with which libpq takes no weaker mode.
    if query.get("sslrootcert") == "system" or any(value.lower() in _VERIFIED for _, value in said):
        return {"sslmode": "verify-full", "sslrootcert": query.pop("sslrootcert", "system")}
    return {"sslmode": strictest} if strictest else {}


def _ssl_mode(name: str, value: str) -> str:
    said = value.strip().lower()
    if said in _SSL_MODES:
        return said
    if said in _UNVERIFIED or (said in _ON and name != "sslmode"):
        return "require"
    if said in _VERIFIED:
        return "verify-full"
    if said in _OFF:
        return "disable"
    raise ValueError(f"{name} has a value that is not known: write sslmode={', '.join(_SSL_MODES[:-1])} or verify-full")


def _known_to_libpq(name: str) -> bool:
    if not re.fullmatch(r"\w+", name):
        return False
    try:
        parse_dsn(f"{name}=1")
    except psycopg2.ProgrammingError:
        return False
    return True


def database_of_parts(host: str, port: int, name: str, user: str, password: str) -> str:
    """SQLAlchemy's address of a database told in parts. The host may be a folder of sockets, or bring its port."""
    if host.startswith("/"):
        query = {"host": host, "port": str(port)}
        return _rendered(URL.create(_DRIVER, user, password or None, database=name, query=query))
    form = "write the name of a host alone, or host:port"
    if "://" in host or "@" in host or "/" in host:
        raise ValueError(f"this is more than a host: {form}; a whole address belongs into DATABASE_URL")
    alone, own_port = read_host(host, form)
    return _rendered(URL.create(_DRIVER, user, password or None, alone, own_port or port, name))


def read_redis(written: str) -> str:
    """The address of a Redis, as redis-py and Celery both understand it.

    With TLS the certificate is looked at unless `ssl_cert_reqs` says otherwise: left out, Celery would not look at it.
    """
    if re.fullmatch(r"[\w.\[\]-]+(:\d+)?(/\d+)?", written):
        raise ValueError(f"the scheme is missing: {REDIS_FORM}")
    address = read_address(written, REDIS_FORM)
    scheme = _REDIS_SCHEMES.get(address.scheme)
    if scheme is None:
        raise ValueError(f"{address.scheme}:// is no Redis: {REDIS_FORM}")
    query = address.query
    if any(query.get(name, "false").lower() in _ON for name in ("tls", "ssl")) and scheme == "redis":
        scheme = "rediss"
    login = ""
    # As redis-py reads them: behind the address, too.
    user, password = address.user or query.get("username"), address.password or query.get("password")
    if user or password:
        login = f"{quote(user or '', safe='')}:{quote(password or '', safe='')}@"
    if scheme == "unix":
        number = _number(query.get("db") or query.get("virtual_host") or "0")
        return f"unix://{login}/{quote(address.path.lstrip('/'))}?db={number}"
    if len(address.hosts) > 1:
        raise ValueError(f"one host, please; a cluster or sentinels are not used: {REDIS_FORM}")
    host, port = address.hosts[0] if address.hosts else ("127.0.0.1", None)
    number = _number(address.path.strip("/") or query.get("db") or "0")
    tls = _redis_tls(query) if scheme == "rediss" else ""
    return f"{scheme}://{login}{bracketed(host)}:{port or 6379}/{number}{tls}"


def _number(written: str) -> int:
    if not re.fullmatch(r"\d{1,5}", written):
        raise ValueError(f"the database behind the host is a number: {REDIS_FORM}")
    return int(written)


def _redis_tls(query: Mapping[str, str]) -> str:
    said = query.get("ssl_cert_reqs", "required").lower()
    if said not in _CERTIFICATES:
        raise ValueError("ssl_cert_reqs is none, optional or required")
    kept = {"ssl_cert_reqs": _CERTIFICATES[said], **{name: query[name] for name in _REDIS_FILES if name in query}}
    if query.get("ssl_check_hostname", "true").lower() in _OFF:
        kept["ssl_check_hostname"] = "false"
    return "?" + urlencode(kept)


def without_driver(database: str) -> str:
    """A database's address as every tool reads it, not only SQLAlchemy."""
    return database.replace("+psycopg2", "", 1)


def redis_with_password(redis: str, password: str) -> str:
    """An address that `read_redis` made, with the password where it has none and there is one."""
    if not password or re.match(r"\w+://[^/]*@", redis):
        return redis
    return re.sub(r"^(\w+://)", lambda scheme: f"{scheme[1]}:{quote(password, safe='')}@", redis)


def broker_address(redis: str) -> str:
    """The same address as Celery writes it: a socket has another scheme there."""
    return re.sub(r"^unix://(.*)\?db=(\d+)$", r"redis+socket://\1?virtual_host=\2", redis)


def service_address(*own_paths: str, path: str = "") -> Callable[[str], str]:
    """Makes the reader of a service's base address.

    `own_paths` are expressions of where the service's own paths begin: what was copied from a curl line ends before
    them. `path` is that of an address that has none.
    """
    own = re.compile(rf"(?:{'|'.join(own_paths)})(?:[/:].*)?$") if own_paths else None

    def read(written: str) -> str:
        try:
            parts = urlsplit(written)
        except ValueError:
            # Its own words repeat the address.
            raise ValueError(f"the host cannot be read: {SERVICE_FORM}") from None
        if parts.scheme.lower() not in {"http", "https"}:
            raise ValueError(f"the scheme is missing or another: {SERVICE_FORM}")
        if not parts.hostname or any(character.isspace() for character in written):
            raise ValueError(f"the host is missing: {SERVICE_FORM}")
        read_host(parts.netloc.rpartition("@")[2], SERVICE_FORM)
        base = own.split(parts.path, maxsplit=1)[0] if own else parts.path
        return f"{parts.scheme.lower()}://{parts.netloc}{base.rstrip('/') or path}"

    return read


def _openai(written: str) -> str:
    """OpenAI's own, or a compatible one: Azure shows the address of a deployment, Ollama that of its own protocol."""
    read = service_address(
        "/api/(?:chat|generate|tags|embed|embeddings)(?=/?$)",
        # At the end alone: a prefix of the address may have such a word, too.
        r"/(?:(?:chat/)?completions|chat|embeddings|responses|models|audio/\w+)(?=/?$)",
        path="/v1",
    )(written)
    azure = re.fullmatch(r"(https://[\w.-]+\.(?:openai|cognitiveservices|services\.ai)\.azure\.com)(?:/.*)?", read)
    return f"{azure[1]}/openai/v1" if azure else read


# By the setting that holds the address in the environment; accounts of organisations hold the same addresses.
SERVICES: Mapping[str, Callable[[str], str]] = {
    "openai_base_url": _openai,
    "anthropic_base_url": service_address("/v1(?=/?$|/(?:messages|complete|models))"),
    "google_base_url": service_address("/v1(?:alpha|beta)?(?=/?$|/(?:models|openai))", "/models"),
    "manychat_base_url": service_address("/fb", "/swagger"),
    "public_base_url": service_address("/api/v1"),
    "twilio_base_url": service_address("/2010-04-01"),
    "waha_base_url": service_address("/api", "/dashboard", "/health"),
    "telegram_base_url": service_address("(?:/file)?/bot[^/]*"),
    "meta_base_url": service_address(r"/v\d+(?:\.\d+)?"),
    "graph_base_url": service_address(r"/v1\.0", "/beta"),
    "graph_authority": service_address("/.*"),
    "google_sheets_url": service_address("/v4"),
    "google_drive_url": service_address("/drive", "/upload"),
    "baserow_url": service_address("/api", "/database"),
    "hubspot_base_url": service_address("/crm", "/oauth"),
    "pinecone_control_url": service_address("/indexes"),
    "langsmith_endpoint": service_address("/api"),
}


def whole_address(written: str) -> str:
    """An address that is asked as it stands, with its path."""
    _ = service_address()(written)
    return written
