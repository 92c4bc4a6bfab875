"""The product with the example of an assistant with tools, and what is said to it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from cci_app import before_exit, create_app
from tests.conftest import Tenant
from tests.fakes.models import FakeModels

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "bakery.yaml"
WHO = "+573001234567"


@contextmanager
def serving(settings: Any, folder: Path, fake: FakeModels | None = None, **changes: Any) -> Iterator[Flask]:
    """An application that serves the example, with the fake's model where there is one, else offline."""
    folder.mkdir(exist_ok=True)
    shutil.copy(EXAMPLE, folder / EXAMPLE.name)
    more: dict[str, Any] = {"assistants_path": folder, "default_assistant": "bakery"}
    # The first turn of a process loads LangChain, which a busy machine takes its time for.
    more |= {"reply_budget_seconds": 60.0, **changes}
    if fake is not None:
        more |= {"chat_model": "openai:gpt-4o", **fake.settings}
    typed = type(settings)(**more)
    app = create_app(settings.model_copy(update={name: getattr(typed, name) for name in more}))
    app.testing = True
    yield app
    before_exit(app)


def say(web: FlaskClient, tenant: Tenant, text: str, who: str = WHO, **more: Any) -> str:
    """Send a message; return the reply."""
    body = {"user_id": who, "message": text, **more}
    response = web.post("/api/v1/whatsapp/message", json=body, headers=tenant.headers)
    assert response.status_code == 200, response.data
    told: dict[str, Any] = json.loads(response.data)
    return str(told["response"])
