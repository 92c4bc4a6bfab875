"""An agent of one's own as a service: the documented example as a process of its own, and what may go wrong between."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from werkzeug import Response

from cci_app.agents.handler.agent import HandlerAgent
from cci_app.agents.handler.loading import HandlerError
from cci_app.agents.handler.remote import RemoteFailed, remote_handler
from cci_app.agents.ports import Progress, TurnContext
from cci_app.assistants.catalogue import load_catalogue
from cci_app.contacts.card import ContactCard
from cci_app.core import clock
from cci_app.core.deadline import Deadline
from cci_app.llm.chains import ChatModels

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "agent_service.py"
SECRET = "a-long-random-secret"
WHO = "+573001234567"
MODULE = """
said = []
async def whatsapp_chat(user_id, user_input):
    if user_input == "fail": raise ValueError("theirs")
    said.append(user_input)
    return f"{user_id}: {user_input}"
def get_user_status(user_id): return {"current_question": 2, "answers_collected": len(said)}
def reset_user_conversation(user_id): said.clear()
"""
Serve = Callable[[str], str]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Run the example with a module of that source, in a process that knows nothing of ours; give its address."""
    processes: list[subprocess.Popen[str]] = []

    def begin(source: str) -> str:
        (tmp_path / "their_agent.py").write_text(source)
        process = subprocess.Popen(
            [sys.executable, "-S", str(EXAMPLE), "their_agent", "0"],
            env={"PYTHONPATH": str(tmp_path), "AGENT_HANDLER_SECRET": SECRET, "PATH": os.environ["PATH"]},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        processes.append(process)
        assert process.stdout is not None
        return process.stdout.readline().strip().rpartition(" ")[2]

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def agent(url: str, secret: str = SECRET, seconds: float = 30.0) -> HandlerAgent:
    return HandlerAgent(remote_handler(url, secret), ("fr", "es"), seconds=seconds, turns_at_once=2)


def turn(text: str) -> TurnContext:
    return TurnContext(
        organisation_id=1,
        assistant="own",
        user_id=WHO,
        text=text,
        attachments=(),
        language="es",
        state={},
        contact=None,
        now=clock.now(),
        deadline=Deadline.after(30),
    )


def test_the_example_serves_the_four_functions(serve: Serve) -> None:
    known = ContactCard(WHO, company="Ours")
    remote = agent(serve(MODULE))
    assert remote.contact(WHO, known) == known  # it has no such function
    reply = remote.reply(turn("hola"))
    assert (reply.text, reply.progress) == (f"{WHO}: hola", Progress(2, 1, False))
    remote.forget(WHO)
    assert remote.reply(turn("de nuevo")).progress == Progress(2, 1, False)
    with pytest.raises(RemoteFailed, match="whatsapp_chat: the service answered 500"):
        remote.reply(turn("fail"))


def test_what_it_says_of_people_goes_before_our_book(serve: Serve) -> None:
    remote = agent(serve(MODULE + "def get_contact_info(user_id): return {'empresa': 'Theirs'}"))
    assert remote.contact(WHO, ContactCard(WHO, first_name="Ana")) == ContactCard(
        WHO, first_name="Ana", company="Theirs"
    )


def test_its_functions_may_return_objects(serve: Serve) -> None:
    status = "class Standing:\n    def __init__(self): self.answersCollected = 7\n"
    status += "def get_user_status(user_id): return Standing()\n"
    status += "def get_contact_info(user_id):\n"
    status += "    import dataclasses\n"
    status += "    return dataclasses.make_dataclass('Contact', ['empresa'], slots=True)('Theirs')\n"
    remote = agent(serve(MODULE + status))
    assert remote.reply(turn("hola")).progress == Progress(None, 7, False)
    assert remote.contact(WHO, None) == ContactCard(WHO, company="Theirs")


def test_without_the_secret_nobody_is_served(serve: Serve) -> None:
    url = serve(MODULE)
    with pytest.raises(RemoteFailed, match="answered 401"):
        agent(url, "another-secret-altogether").reply(turn("hola"))
    assert httpx.post(f"{url}/whatsapp_chat", json={}, trust_env=False).status_code == 401


def test_how_long_we_wait_is_told(httpserver: Any) -> None:
    told: list[dict[str, str]] = []

    def answer(request: Any) -> Any:
        told.append(dict(request.headers))
        result = {"whatsapp_chat": "hola", "get_user_status": {}}[request.path.strip("/")]
        return Response(json.dumps({"result": result}), mimetype="application/json")

    httpserver.expect_request("/whatsapp_chat").respond_with_handler(answer)
    httpserver.expect_request("/get_user_status").respond_with_handler(answer)
    assert agent(httpserver.url_for("/"), seconds=20).reply(turn("hola")).text == "hola"
    chat, status = told
    assert 0 < float(chat["X-Deadline-Seconds"]) <= 20
    assert 20 < float(chat["X-Reply-Within-Seconds"]) <= 30
    assert 0 < float(status["X-Deadline-Seconds"]) <= 2
    assert chat["Authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize("body", ["", "[]", "{}", "<html>"])
def test_an_answer_without_a_result_is_a_failure(httpserver: Any, body: str) -> None:
    httpserver.expect_request("/whatsapp_chat").respond_with_data(body)
    with pytest.raises(RemoteFailed, match="has no result"):
        agent(httpserver.url_for("/")).reply(turn("hola"))


def test_a_service_that_is_away_is_a_failure_and_not_a_stop() -> None:
    with pytest.raises(RemoteFailed, match="cannot be reached"):
        agent("http://127.0.0.1:9").reply(turn("hola"))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"agent_handler_url": "127.0.0.1:8100"}, "AGENT_HANDLER_URL must be an address"),
        ({"agent_handler_url": "http://127.0.0.1:8100"}, "AGENT_HANDLER_SECRET must have 16"),
        ({"agent_handler_url": "http://127.0.0.1:8100", "agent_handler": "json"}, "are both set"),
    ],
)
def test_what_cannot_serve_is_told_at_start(settings: Any, changed: dict[str, Any], problem: str) -> None:
    changed_settings = settings.model_copy(update=changed)
    with pytest.raises(HandlerError, match=problem):
        load_catalogue(changed_settings, ChatModels(changed_settings))
