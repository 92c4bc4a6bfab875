"""Addresses that an attacker would have us fetch; each leads to the canary, if anything follows it."""

from urllib.parse import quote

# Hosts of the pretended internet. Each call of the resolver gives the next of a name's answers, then the last again.
PUBLIC = "93.184.216.34"
SITE = "site.example.org"
NAMES: dict[str, list[list[str]]] = {
    SITE: [[PUBLIC]],
    "rebinding.example.org": [[PUBLIC], ["127.0.0.1"]],
    "internal.example.org": [["10.0.0.5"]],
    "mixed.example.org": [[PUBLIC, "10.0.0.5"]],
    "mixed6.example.org": [[PUBLIC, "::1"]],
    "loopback.example.org": [["127.0.0.1"]],
    "loopback6.example.org": [["::1"]],
    "mapped.example.org": [["::ffff:127.0.0.1"]],
    "nat64.example.org": [["64:ff9b::a9fe:a9fe"]],
    "127.0.0.1.dns.example.org": [["127.0.0.1"]],
    "metadata.google.internal": [["169.254.169.254"]],
    "metadata": [["169.254.169.254"]],
    "instance-data": [["169.254.169.254"]],
    "redis": [["172.18.0.2"]],
    "postgres.svc.cluster.local": [["10.96.0.10"]],
}

_HOSTS = (
    # This machine, as people and parsers spell it.
    *("127.0.0.1", "127.0.0.2", "127.255.255.254", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "017700000001"),
    *("0x7f000001", "0x7f.0.0.1", "0x7f.1", "0177.0.0.1", "0177.1", "127.000.000.001", "127.0.0.1.", "127.0.0.1%00"),
    *("localhost", "LOCALHOST", "localhost.", "ｌｏｃａｌｈｏｓｔ", "①②⑦.⓪.⓪.①", "127。0。0。1", "%31%32%37.0.0.1"),
    # IPv6, and IPv4 inside of it.
    *("[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[fe80::1]"),
    *("[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]"),
    *("[fe80::1%25lo]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[::ffff:169.254.169.254]"),
    *("[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[::ffff:a00:1]", "[2001:db8::1]", "[100::1]"),
    # Private, shared, reserved, and where clouds keep their metadata.
    *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1", "198.18.0.1", "192.0.2.1", "240.0.0.1"),
    *("224.0.0.1", "239.255.255.250", "255.255.255.255", "169.254.169.254", "169.254.170.2", "100.100.100.200"),
    *("192.0.0.192", "168.63.129.16", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518"),
    *(name for name in NAMES if name != SITE),
)

_WHOLE = (
    # Schemes.
    *("http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://site.example.org/", "ftp://127.0.0.1/"),
    *("file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "dict://127.0.0.1:11211/stats", "//127.0.0.1/"),
    *("ldap://127.0.0.1/", "https:127.0.0.1", "https:///127.0.0.1/", "https:\\\\127.0.0.1\\", "HTTPS://127.0.0.1/"),
    # Users, fragments and slashes that parsers disagree about.
    *("https://site.example.org@127.0.0.1/", "https://127.0.0.1@site.example.org/", "https://a:b@127.0.0.1:6379/"),
    *("https://site.example.org%2f@127.0.0.1/", "https://127.0.0.1\\@site.example.org/", "https://127.0.0.1:80/"),
    *("https://127.0.0.1#@site.example.org/", "https://127.0.0.1?@site.example.org/", "https://127.0.0.1;/"),
    *(" https://127.0.0.1/", "https://127.0.0.1\t/", "https://127.0.0.1\n/", "https://site.example.org\r\n127.0.0.1/"),
)

_REDIRECTS = (
    *("https://127.0.0.1/", "http://127.0.0.1/", "//127.0.0.1/", "https://[::1]/", "https://169.254.169.254/"),
    *("https://internal.example.org/", "https://metadata.google.internal/", "file:///etc/passwd", "https://0x7f.1/"),
    *("https://user@127.0.0.1/", "https://site.example.org/to?u=https%3A%2F%2F127.0.0.1%2F", "https:\\\\127.0.0.1/"),
)

ADDRESSES: tuple[str, ...] = (
    *(f"https://{host}/" for host in _HOSTS),
    *_WHOLE,
    *(f"https://{SITE}/to?u={quote(target, safe='')}" for target in _REDIRECTS),
)
