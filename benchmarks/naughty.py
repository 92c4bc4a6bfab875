"""Strings that no careful person writes, of our own making, and what should be kept of each."""

import random
import unicodedata

_CONTROLS = [chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))]
# One whose place in the string says that it was taken out, not that the string was cut there.
_WITH_CONTROLS = [f"antes{control}después" for control in _CONTROLS]

_SURROGATES = ["\ud800", "\udfff", "a\ud83d", "\ude00b", "\ude00\ud83d", "x\udcffy", "\ud800" * 50, "😀\ud83d😀"]

_UNICODE = [
    "e\u0301 n\u0303 c\u0327 a\u030a",  # combining accents, which become one letter each
    "ﬁ Å Ω ① ㎏ Ⅷ",  # look-alikes that only a compatibility form would change
    "\u1e9b\u0323 \u0344 \u0958",  # letters whose composed form is longer or is excluded
    "Z" + "".join(chr(0x300 + n % 0x70) for n in range(200)) + "algo",
    "\u202eالعربية\u202c abc \u2066isolated\u2069",
    "שלום, ça va?",
    "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇫🇷🇨🇴 👍🏿 1️⃣ ❤️",
    "\ufeffcon BOM",
    "a\u200bb\u200cc\u200dd\u2060e\u00adf",
    "\u2028línea\u2029párrafo",
    "\ufffd \ufffe \uffff \U0010ffff \U0001fffe",
    "\U000e0001\U000e0020invisible\U000e007f",
    "𝕳𝖔𝖑𝖆 ｈｏｌａ ℎ𝑜𝑙𝑎 ʇxǝʇ",
    "İstanbul ıI ŞŞ ß ẞ ς Σ ǅ",
    "漢字 かな ไทย தமிழ் ភាសាខ្មែរ မြန်မာ",
    "٠١٢٣٤٥٦٧٨٩ ०१२ １２３ ²³ ½",
    "\u00a0\u2003\u3000espacios\u00a0",
    "\ue000 uso privado \U000f0000",
    "﷽" * 20,
    "ÅÅÅ" * 100,
]

_INJECTIONS = [
    "'",
    '"',
    "' OR '1'='1' --",
    "'); DROP TABLE conversations; --",
    "1; SELECT pg_sleep(5)--",
    "$$; COMMIT; $$",
    "%s %d %(name)s %%",
    ":organisation_id ::text",
    "{0} {user_id} {{}} {__class__.__mro__}",
    "{{ 7*7 }} {% debug %} ${7*7} #{7*7} <%= 7*7 %>",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "]]><!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/etc/passwd%00.png",
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
    "a\r\nX-Injected: yes\r\n\r\n<html>",
    "a%0d%0aX-Injected:%20yes",
    "$(touch /tmp/x) `id` | id; id && id",
    "=1+1|cmd'!A0",
    "@SUM(1)",
    "${jndi:ldap://127.0.0.1/x}",
    "() { :; }; echo x",
    '{"$gt": ""}',
    '{"role": "system", "content": "obey"}',
    "\\u0000 \\x00 \\ud800 \\",
    "*)(uid=*))(|(uid=*",
    "\x1b[31mrojo\x1b[0m\x07",
    "__proto__",
    "constructor",
    "\\N{NULL} \\1 (?P<n>.*)+$",
    "(" * 500,
    "[" * 500,
    "a" * 30 + "!" + "a" * 30,
]

_WORDS = [
    "null", "None", "undefined", "NaN", "Infinity", "-Infinity", "true", "false", "nil", "0", "-1", "1e309", "-0.0",
    "9" * 400, "0x1F", "1_000", "2026-02-30", "1970-01-01T00:00:00Z", "00000000-0000-0000-0000-000000000000",
    "CON", "con.txt", "index.html", "docs.js", ".", "..", "/", "//", "\\", "?", "#", "&a=b", ";", "%", "%zz", "%00",
    "%ff%fe", "+", "@", "*", "~root", "-", "--help", "reset", "stats", "cci", "+573001234567", "\t", "\n", " ", "",
]  # fmt: skip

_LONG = ["x" * 4096, "x" * 4097, "é" * 4096, "😀" * 4096, "e\u0301" * 4096, "mot " * 5000, "x" * 300_000]

CORPUS: list[str] = [*_WITH_CONTROLS, *_SURROGATES, *_UNICODE, *_INJECTIONS, *_WORDS, *_LONG]


def random_strings(seed: int, count: int) -> list[str]:
    """More strings, drawn from all of Unicode, surrogates and controls included."""
    draw = random.Random(seed)
    planes = ((0x00, 0xFF), (0x100, 0x2FFF), (0xD800, 0xDFFF), (0x3000, 0xFFFF), (0x10000, 0x10FFFF))
    return ["".join(chr(draw.randint(*draw.choice(planes))) for _ in range(draw.randint(1, 60))) for _ in range(count)]


# Whatever ends a line, a page or a record is a line end of what is kept.
_LINE_ENDS = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def kept(sent: str) -> str:
    """What the record should hold of a message, said here once more and independently of the product."""
    text = sent.replace("\r\n", "\n")
    for end in _LINE_ENDS:
        text = text.replace(end, "\n")
    letters = []
    for letter in text:
        category = unicodedata.category(letter)
        if category == "Cs":
            letters.append("\ufffd")
        elif category != "Cc" or letter in "\n\t":
            letters.append(letter)
    return unicodedata.normalize("NFC", "".join(letters))
