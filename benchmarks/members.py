"""Members who sign in, and an organisation that has something of everything."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from benchmarks.beside import MESSAGE
from benchmarks.product import Product
from tests.fakes.entry_points import operations

OWNER = "owner@example.org"
# What is made of each as the API's description shows it.
_MADE = (
    *("/api/people", "/api/projects", "/api/v1/admin/invitations", "/api/v1/admin/keys", "/api/v1/channels/accounts"),
    *("/api/v1/chatbots", "/api/v1/export/jobs", "/api/v1/export/schedules", "/api/v1/integrations"),
    *("/api/v1/knowledge/answers", "/api/v1/knowledge/documents", "/api/v1/reviews", "/api/v1/tools"),
    *("/api/v1/trial-links", "/api/v1/trials", "/api/v1/versions"),
)
_CONVERSATIONS = 60
_PERSON = "+573001234567"


@contextmanager
def signed_in(
    address: str, email: str, password: str, transport: httpx.BaseTransport | None = None
) -> Iterator[httpx.Client]:
    """A browser in which that member signed in."""
    headers = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False, transport=transport) as browser:
        answer = browser.post("/login", data={"email": email, "password": password})
        if answer.status_code != 303:
            raise RuntimeError(f"signing in: {answer.status_code}")
        yield browser


@contextmanager
def furnished(product: Product) -> Iterator[httpx.Client]:
    """The browser of an owner whose organisation has conversations, work, and one of what admins make."""
    product.flask("demo", "fill", "--conversations", str(_CONVERSATIONS))
    product.flask("demo", "fill", "--coordinator")
    password = product.flask("members", "create", "--email", OWNER)
    with signed_in(product.address, OWNER, password) as browser:
        make(browser, product.key)
        yield browser


def make(browser: httpx.Client, key: str) -> None:
    """Make one of each in that owner's browser; with the key, which is a program's, a person writes.

    Raises RuntimeError where something is refused.
    """
    described = {each.path: each for each in operations(browser.get("/openapi.json").json()) if each.method == "POST"}
    bodies = {path: described[path].body["application/json"]["example"] for path in _MADE}
    bodies |= {"/api/v1/handoffs": {"user_id": _PERSON}, "/api/reports": {"period": "weekly"}}
    said = {"user_id": _PERSON, "message": "Bonjour"}
    answers = [browser.post(MESSAGE, json=said, headers={"X-API-Key": key})]
    answers += [browser.post(path, json=body) for path, body in bodies.items()]
    refused = [f"{each.url.path}: {each.status_code} {each.text[:300]}" for each in answers if each.is_error]
    if refused:
        raise RuntimeError("\n".join(refused))
