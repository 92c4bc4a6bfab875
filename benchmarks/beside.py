"""People who write while something goes on beside them, and what they saw of it."""

import json
import math
import threading
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

GOAL_SECONDS = 1.0
PEOPLE = 8
MESSAGE = "/api/v1/whatsapp/message"
_PAUSE_SECONDS = 0.1
_GIVES_UP_SECONDS = 5.0


@dataclass(slots=True)
class Beside:
    """What people saw: the seconds of each answered message, and how many brought none."""

    seconds: list[float] = field(default_factory=list)
    unanswered: int = 0

    @property
    def p95(self) -> float:
        """Within how many seconds 95 of 100 were answered."""
        return sorted(self.seconds)[math.ceil(len(self.seconds) * 0.95) - 1] if self.seconds else math.inf

    def __str__(self) -> str:
        return f"{len(self.seconds)} of {len(self.seconds) + self.unanswered} answered, p95 {self.p95:.2f} s"


def beside(address: str, key: str, attack: AbstractContextManager[object], seconds: float, name: str) -> Beside:
    """What people see who write while an attack goes on; each is `slow:{name}-{number}`."""
    seen, lock = Beside(), threading.Lock()
    with attack:
        until = time.monotonic() + seconds
        people = [
            threading.Thread(target=_write, args=(address, key, f"slow:{name}-{number}", until, seen, lock))
            for number in range(PEOPLE)
        ]
        for person in people:
            person.start()
        for person in people:
            person.join()
    return seen


def _write(address: str, key: str, user_id: str, until: float, seen: Beside, lock: threading.Lock) -> None:
    number = 0
    while time.monotonic() < until:
        number += 1
        body = json.dumps({"user_id": user_id, "message": "Hola", "message_id": str(number)})
        begun = time.monotonic()
        answered = _ask(address, key, body)
        with lock:
            if answered:
                seen.seconds.append(time.monotonic() - begun)
            else:
                seen.unanswered += 1
        time.sleep(_PAUSE_SECONDS)


def _ask(address: str, key: str, body: str) -> bool:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=_GIVES_UP_SECONDS)
    try:
        connection.request("POST", MESSAGE, body, {"X-API-Key": key, "Content-Type": "application/json"})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
