"""The channels on which nobody waits, as a run meets them: what each delivers, and what its service was given."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from benchmarks.chaos.people import Failed, Message
from benchmarks.chaos.stage import COURIER_NUMBER, COURIER_SECRET, Stage
from benchmarks.deliveries import Request, add_meta, add_telegram, add_waha, from_meta, from_telegram, from_waha
from tests.fakes import courier
from tests.fakes.courier import Carried
from tests.fakes.meta import FakeMeta
from tests.fakes.telegram import FakeTelegram
from tests.fakes.waha import FakeWaha

_ACCEPTED_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Wire:
    """An account at a service: where that delivers, a delivery's body and headers, and what it was told to bring whom.

    A delivery has the marker of its message as its id; `person` is what the product calls whoever wrote it.
    """

    kind: str
    path: str
    delivery: Callable[[Message], Request]
    carried: Callable[[], Sequence[Carried]]
    person: Callable[[str], str] = str

    def post(self, address: str, request: Request) -> int:
        """Deliver once; the status, or `Failed` where there was none."""
        connection = HTTPConnection(urlsplit(address).netloc, timeout=_ACCEPTED_SECONDS)
        try:
            connection.request("POST", self.path, *request)
            response = connection.getresponse()
            response.read()
            return response.status
        except (OSError, HTTPException) as error:
            raise Failed from error
        finally:
            connection.close()


def courier_wire(stage: Stage) -> Wire:
    """The courier's, which every stage has."""

    def delivery(message: Message) -> Request:
        return courier.delivery(COURIER_SECRET, (message.marker.strip("[]"), message.user_id, message.text))

    return Wire(
        courier.KIND,
        f"/api/v1/channels/{courier.KIND}/{COURIER_NUMBER}",
        delivery,
        lambda: list(stage.courier.carried),
    )


@contextmanager
def service_wires(stage: Stage) -> Iterator[list[Wire]]:
    """WAHA's, Telegram's and Meta's, each with an account of its own at a service on loopback."""
    with ExitStack() as stack:
        yield [
            _waha(stage, stack.enter_context(FakeWaha())),
            _telegram(stage, stack.enter_context(FakeTelegram())),
            _meta(stage, stack.enter_context(FakeMeta())),
        ]


def _waha(stage: Stage, service: FakeWaha) -> Wire:
    path = add_waha(stage.product, service.address)

    def delivery(message: Message) -> Request:
        return from_waha(_digits(message.user_id), message.text, message.marker.strip("[]"))

    def carried() -> list[Carried]:
        return _in_order(service.sent, lambda sent: (sent["chatId"], sent["text"]))

    return Wire("waha", path, delivery, carried)


def _telegram(stage: Stage, service: FakeTelegram) -> Wire:
    path = add_telegram(stage.product, service.address)
    numbers: dict[str, int] = {}

    def delivery(message: Message) -> Request:
        number = numbers.setdefault(message.marker, len(numbers) + 1)
        return from_telegram(_digits(message.user_id), message.text, str(number))

    def carried() -> list[Carried]:
        return _in_order(service.sent(), lambda sent: (str(sent["chat_id"]), sent["text"]))

    return Wire(
        "telegram",
        path,
        delivery,
        carried,
        person=lambda user_id: f"telegram:{_digits(user_id)}",
    )


def _meta(stage: Stage, service: FakeMeta) -> Wire:
    path = add_meta(stage.product, service.address)

    def delivery(message: Message) -> Request:
        return from_meta(_digits(message.user_id), message.text, message.marker.strip("[]"))

    def carried() -> list[Carried]:
        return _in_order(service.sent, lambda sent: (sent["to"], sent["text"]["body"]))

    return Wire("meta", path, delivery, carried)


def _digits(user_id: str) -> str:
    return user_id.lstrip("+")


def _in_order(sent: Sequence[Any], read: Callable[[Any], tuple[str, str]]) -> list[Carried]:
    """What a service kept; the time of each is its place."""
    return [Carried(*read(one), at=float(place)) for place, one in enumerate(list(sent))]
