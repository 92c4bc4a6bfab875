"""S4: deliveries that nobody signed, to every channel, and those that their services signed; `make fuzz`.

The control is the same application where it looks at no signature.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage

from benchmarks.beside import MESSAGE
from benchmarks.chaos.figures import Figure
from benchmarks.chaos.stage import say
from benchmarks.deliveries import Request, add_email, add_meta, add_telegram, add_twilio, add_waha
from benchmarks.product import Product
from cci_app.channels.kinds import KINDS
from cci_app.channels.meta.channel import MetaAccess, MetaCloud
from cci_app.channels.ports import Channel, Incoming
from cci_app.channels.twilio import Twilio
from cci_app.channels.waha.channel import Waha, WahaAccess
from tests.fakes import meta, telegram, twilio, waha
from tests.fakes.forgeries import Signed, mutations
from tests.fakes.meta import FakeMeta
from tests.fakes.smtp import FakeSmtp
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio
from tests.fakes.waha import FakeWaha
from tests.fakes.wire import Attempt, Send, over_http

_TEXT = "Bonjour"
_WAHA, _TWILIO, _TELEGRAM = "X-Webhook-Hmac", "X-Twilio-Signature", "X-Telegram-Bot-Api-Secret-Token"
_OTHER_SECRET = "made-up-by-somebody-else"
_MAIL_TOKEN = "made-up-mail-token"
# What reaches these proves itself as the API's callers do.
_BY_KEY = frozenset({"manychat"})
_KEPT = "SELECT count(*) AS kept FROM webhook_events"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where a channel delivers: `sign` makes a delivery to an address, proved in `header` by a secret.

    Where it `signs_the_body` a change of that is a forgery, too; elsewhere the secret alone is what proves it.
    """

    kind: str
    path: str
    header: str
    secret: str
    sign: Callable[[str, str], Request]
    signs_the_body: bool = True

    def genuine(self, address: str, secret: str | None = None) -> Signed:
        """A delivery to that server, signed with the secret."""
        body, headers = self.sign(f"{address}{self.path}", secret or self.secret)
        return Signed(self.path, body, headers, self.header)

    def forged(self, address: str) -> Iterator[tuple[str, Signed]]:
        """The delivery changed in each way that the channel can notice."""
        right = self.genuine(address)
        for what, changed in mutations(right, self.genuine(address, _OTHER_SECRET)):
            if self.signs_the_body or changed.body == right.body:
                yield what, changed


def figures(product: Product) -> list[Figure]:
    """What is forged, what is genuine, and what services document."""
    with receivers(product) as found, product.web("benchmarks.gullible:app", "gullible") as gullible:
        say(f"S4: {len(found)} channels")
        before = product.rows(_KEPT)[0]["kept"]
        sent, accepted, evidence = forge(found, product.address, over_http(product.address))
        kept = product.rows(_KEPT)[0]["kept"] - before
        send = over_http(product.address)
        genuine = {one.kind: _send(send, one.genuine(product.address)) for one in found}
        _, off, _ = forge(found, gullible, over_http(gullible))
    evidence += [f"nothing is tried at {kind}" for kind in set(KINDS) - _BY_KEY - {one.kind for one in found}]
    refused = [f"{kind}: {status}" for kind, status in genuine.items() if status != 200]
    vectors = documented()
    right = sum(channel.verify(one) for channel, one in vectors)
    longer = sum(channel.verify(replace(one, body=one.body + b" ")) for channel, one in vectors)
    whole = sum(one.signs_the_body for one in found)
    return [
        Figure(
            "S4",
            f"{sent} forged deliveries to {len(found)} channels: {whole} that sign in 12 ways,"
            f" {len(found) - whole} that send a secret in 8",
            "0 accepted, 0 kept",
            f"{accepted.total()} accepted, {kept} kept",
            f"where no signature is looked at: {off.total()} accepted, of {len(off)} channels",
            accepted.total() == kept == 0 and not evidence and len(off) == len(found),
            evidence,
        ),
        Figure(
            "S4",
            f"genuine deliveries to them, and {len(vectors)} that services document",
            "all accepted",
            f"{len(found) - len(refused)} of {len(found)}, {right} of {len(vectors)}",
            f"with a byte more: {longer} of {len(vectors)}",
            not refused and right == len(vectors) and longer == 0,
            refused,
        ),
    ]


def forge(found: Sequence[Receiver], address: str, send: Send) -> tuple[int, Counter[str], list[str]]:
    """Send every forged delivery to the server at that address.

    Returns how many they are, those accepted by kind, and what was answered otherwise than by a refusal.
    """
    sent, accepted = 0, Counter[str]()
    evidence = []
    for one in found:
        for what, changed in one.forged(address):
            status = _send(send, changed)
            sent += 1
            accepted[one.kind] += status < 400
            if status not in {400, 401}:
                evidence.append(f"{one.kind}, {what}: {status}")
    return sent, +accepted, evidence


def documented() -> list[tuple[Channel, Incoming]]:
    """What services document as signed, each with a channel that has the secret."""
    pairs = list[tuple[Channel, Incoming]]()
    body, headers, secret = meta.DOCUMENTED
    pairs.append((MetaCloud(MetaAccess(meta.NUMBER, app_secret=secret)), Incoming("x", body=body, headers=headers)))
    body, signature = waha.DOCUMENTED
    signed = Incoming("x", body=body, headers={_WAHA: signature})
    pairs.append((Waha(WahaAccess(hmac_key=waha.HMAC_KEY)), signed))
    for url, form, signature in twilio.VECTORS:
        body, headers = twilio.signed(url, form)
        signed = Incoming("x", url=url, body=body, headers={**headers, _TWILIO: signature})
        pairs.append((Twilio(twilio.SID, twilio.TOKEN), signed))
    return pairs


def programs(key: str) -> Receiver:
    """What flows and programs call, each with a key."""
    return Receiver("api", MESSAGE, "X-API-Key", key, _as_program, signs_the_body=False)


@contextmanager
def receivers(product: Product) -> Iterator[list[Receiver]]:
    """An account at every channel, whose services are on loopback."""
    with ExitStack() as stack:
        to_waha = add_waha(product, stack.enter_context(FakeWaha()).address)
        to_meta = add_meta(product, stack.enter_context(FakeMeta()).address)
        to_twilio = add_twilio(product, stack.enter_context(FakeTwilio()).address)
        to_telegram = add_telegram(product, stack.enter_context(FakeTelegram()).address)
        to_email = add_email(product, stack.enter_context(FakeSmtp(tls="none")).port, _MAIL_TOKEN)
        yield [
            Receiver("waha", to_waha, _WAHA, waha.HMAC_KEY, _as_waha),
            Receiver("meta", to_meta, "X-Hub-Signature-256", meta.SECRET, _as_meta),
            Receiver("twilio", to_twilio, _TWILIO, twilio.TOKEN, _as_twilio),
            Receiver("telegram", to_telegram, _TELEGRAM, telegram.SECRET, _as_telegram, signs_the_body=False),
            Receiver("email", to_email, "X-Email-Token", _MAIL_TOKEN, _as_email, signs_the_body=False),
            programs(product.key),
        ]


def _as_waha(_url: str, secret: str) -> Request:
    return waha.signed(waha.message("A1", _TEXT), secret)


def _as_meta(_url: str, secret: str) -> Request:
    return meta.signed(meta.delivery(meta.change(messages=[meta.message("1", _TEXT)])), secret)


def _as_twilio(url: str, secret: str) -> Request:
    return twilio.signed(url, twilio.message("SM1", _TEXT), secret)


def _as_telegram(_url: str, secret: str) -> Request:
    return telegram.delivery(telegram.update(1, _TEXT), secret)


def _as_email(_url: str, secret: str) -> Request:
    mail = EmailMessage()
    mail["From"], mail["Message-ID"], mail["Subject"] = "ana@example.org", "<1@example.org>", "Re: Bonjour"
    mail.set_content(_TEXT)
    return mail.as_bytes(), {"X-Email-Token": secret, "Content-Type": "message/rfc822"}


def _as_program(_url: str, secret: str) -> Request:
    body = {"user_id": "+573001234567", "message": _TEXT, "message_id": "1"}
    return json.dumps(body).encode(), {"X-API-Key": secret, "Content-Type": "application/json"}


def _send(send: Send, one: Signed) -> int:
    headers = tuple((name, value.encode("latin-1")) for name, value in one.headers.items())
    return send(Attempt("a delivery", "POST", one.path, headers, one.body)).status
