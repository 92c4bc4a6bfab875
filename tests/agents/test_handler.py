"""An organisation's own agent: what is refused at start, how it is called, what is read of what it tells."""

import asyncio
import functools
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cci_app.agents.handler.agent import HandlerAgent, HandlerFailed, _for_status
from cci_app.agents.handler.loading import Handler, HandlerError, load_handler
from cci_app.agents.handler.results import NOTHING_ASKED
from cci_app.agents.ports import AgentReply, Progress, TurnContext
from cci_app.channels.message import Audio, Image
from cci_app.contacts.card import ContactCard
from cci_app.core import clock
from cci_app.core.deadline import Deadline
from cci_app.core.event_loop import run_async, stop_event_loop
from tests.conversation.scripted import until

ROOT = Path(__file__).parents[2]
WHO = "+573000000001"

WHOLE = """
def whatsapp_chat(user_id, user_input): return user_input
def get_user_status(user_id): return {}
async def reset_user_conversation(user_id): pass
"""


@pytest.fixture(autouse=True)
def _no_loop_is_left() -> Iterator[None]:
    yield
    stop_event_loop()


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Write a module and give its name, of which there is no second."""
    monkeypatch.syspath_prepend(str(tmp_path))
    names: list[str] = []

    def write(source: str) -> str:
        names.append(f"own_agent_{len(names)}_{tmp_path.name.replace('-', '_')}")
        (tmp_path / f"{names[-1]}.py").write_text(source)
        return names[-1]

    yield write
    for name in names:
        sys.modules.pop(name, None)


def agent(
    chat: Callable[..., Any],
    *,
    status: Callable[..., Any] = lambda user_id: {},
    reset: Callable[..., Any] = lambda user_id: None,
    contact: Callable[..., Any] | None = None,
    seconds: float = 5.0,
    turns_at_once: int = 4,
) -> HandlerAgent:
    handler = Handler("own", chat, status, reset, contact)
    return HandlerAgent(handler, ("fr", "es"), seconds=seconds, turns_at_once=turns_at_once)


def turn(text: str = "hola", *, seconds: float = 5.0, **more: Any) -> TurnContext:
    known: dict[str, Any] = {"user_id": WHO, "language": "es", "state": {}, "contact": None, **more}
    return TurnContext(
        organisation_id=1, assistant="own", text=text, now=clock.now(), deadline=Deadline.after(seconds), **known
    )


# --- Looked over at start


def test_a_module_is_loaded_with_its_functions(module: Callable[[str], str]) -> None:
    handler = load_handler(module(WHOLE))
    assert handler.chat("a", "b") == "b"
    assert asyncio.iscoroutinefunction(handler.reset)
    assert handler.contact is None


@pytest.mark.parametrize(
    ("source", "problems"),
    [
        ("", ["whatsapp_chat(user_id, user_input) is missing", "get_user_status(user_id) is missing"]),
        (WHOLE.replace("(user_id, user_input)", "(user_input)"), ["whatsapp_chat(user_input) cannot be called as"]),
        (WHOLE + "get_user_status = {}", ["get_user_status is no function"]),
        (WHOLE + "def get_contact_info(): pass", ["get_contact_info() cannot be called as get_contact_info(user_id)"]),
        (WHOLE.replace("return user_input", "yield user_input"), ["whatsapp_chat is a generator"]),
        (WHOLE + "from cci_app.whatsapp_handler import whatsapp_chat", ["whatsapp_chat is the product's own"]),
        (WHOLE + "from cci_app.whatsapp_handler.aio import whatsapp_chat", ["whatsapp_chat is the product's own"]),
        ("import no_such_package", ["cannot be imported", "No module named 'no_such_package'"]),
        ("raise KeyError('THEIR_KEY')", ["cannot be imported: KeyError: 'THEIR_KEY'"]),
        ("raise SystemExit(2)", ["cannot be imported: SystemExit: 2"]),
        ("import os; os.environ['NO_SUCH_SETTING']", ["KeyError: 'NO_SUCH_SETTING'", "docs/your-own-agent.md"]),
        ("open('/no/such/file')", ["FileNotFoundError", "docs/your-own-agent.md"]),
        ("def", ["cannot be imported: SyntaxError"]),
    ],
)
def test_what_cannot_serve_is_refused_with_the_reason(
    module: Callable[[str], str], source: str, problems: list[str]
) -> None:
    name = module(source)
    with pytest.raises(HandlerError) as refused:
        load_handler(name)
    assert str(refused.value).startswith(f"AGENT_HANDLER={name}: ")
    for problem in problems:
        assert problem in str(refused.value)


@pytest.mark.parametrize("dotted", ["no.such.module", ".relative", "a/path.py", " "])
def test_a_name_that_is_no_module_is_refused(dotted: str) -> None:
    with pytest.raises(HandlerError, match="cannot be imported"):
        load_handler(dotted)


def test_whoever_names_a_file_or_a_folder_is_told_how_modules_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(HandlerError, match=r"AGENT_HANDLER=agent PYTHONPATH=/opt/own\)"):
        load_handler("/opt/own/agent.py")
    (tmp_path / "agent_folder").mkdir()
    (tmp_path / "agent_folder" / "agent.py").write_text(WHOLE)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(HandlerError, match=r"it is a folder: name the module in it \(AGENT_HANDLER=agent_folder\."):
        load_handler("agent_folder")
    assert load_handler("agent_folder.agent").chat("a", "b") == "b"


def test_more_parameters_with_defaults_are_fine(module: Callable[[str], str]) -> None:
    load_handler(module(WHOLE.replace("(user_id, user_input)", "(user_id, user_input, *rest, tone='kind', **more)")))


# --- Called


def test_plain_async_and_mixed_functions_answer() -> None:
    async def chat(user_id: str, user_input: str) -> str:
        await asyncio.sleep(0)
        return f" {user_id}: {user_input}\x00 \r\n"

    async def status(user_id: str) -> dict[str, Any]:
        return {"current_question": 3, "questions_answered": 2, "language": "fr"}

    expected = AgentReply.saying(
        f"{WHO}: hola",
        state={"progress": {"current_question": 3, "questions_answered": 2, "completed": False}},
        progress=Progress(3, 2, False),
        language="fr",
    )
    assert agent(chat, status=status).reply(turn()) == expected
    assert agent(lambda who, text: f"{who}: {text}", status=status).reply(turn()) == expected
    # Neither of these looks like an `async def`.
    assert agent(functools.partial(chat), status=lambda who: status(who)).reply(turn()) == expected


def test_a_class_with_methods_may_serve() -> None:
    class Chat:
        async def __call__(self, user_id: str, user_input: str) -> str:
            return user_input

    assert agent(Chat()).reply(turn()).text == "hola"


@pytest.mark.parametrize("given", [None, 7, b"hola", "", "  \n\x00", ["hola"]])
def test_what_is_no_text_is_a_failure(given: Any) -> None:
    with pytest.raises(HandlerFailed, match="whatsapp_chat returned"):
        agent(lambda who, text: given).reply(turn())


def test_an_attachment_without_text_is_named() -> None:
    echo = agent(lambda who, text: text)
    picture = Image("https://example.org/a.jpg")
    assert echo.reply(turn("", attachments=(picture,))).text == "[image] https://example.org/a.jpg"
    assert echo.reply(turn("", attachments=(Audio(),))).text == "[audio]"
    assert echo.reply(turn("look", attachments=(picture,))).text == "look"


@pytest.mark.parametrize("problem", [ValueError("theirs"), SystemExit(1), KeyboardInterrupt(), TimeoutError("theirs")])
@pytest.mark.parametrize("is_async", [False, True])
def test_what_it_raises_is_an_ordinary_exception_here(problem: BaseException, is_async: bool) -> None:
    def chat(user_id: str, user_input: str) -> str:
        raise problem

    async def chat_async(user_id: str, user_input: str) -> str:
        raise problem

    broken = agent(chat_async if is_async else chat)
    for _ in range(2):
        with pytest.raises(Exception, match=r"theirs|SystemExit\(1\)|KeyboardInterrupt\(\)"):
            broken.reply(turn())
    assert run_async(asyncio.sleep(0, "alive"), 1) == "alive"


def test_a_hanging_function_is_waited_for_no_longer_than_its_limit() -> None:
    gate = threading.Event()
    cancelled = threading.Event()

    async def hang(user_id: str, user_input: str) -> str:
        try:
            await asyncio.sleep(120)
        finally:
            cancelled.set()
        return "late"

    for chat in (lambda who, text: str(gate.wait(120)), hang):
        started = time.monotonic()
        with pytest.raises(HandlerFailed, match=r"took more than 0\.2 s"):
            agent(chat, seconds=0.2).reply(turn())
        assert time.monotonic() - started < 60
    assert cancelled.wait(60)
    gate.set()


def test_threads_that_hang_leave_room_until_all_do() -> None:
    gate = threading.Event()
    slow = agent(lambda who, text: gate.wait(30) and text if text == "hang" else text, seconds=0.1, turns_at_once=2)
    for _ in range(3):
        with pytest.raises(HandlerFailed):
            slow.reply(turn("hang"))
    assert slow.reply(turn("fine")).text == "fine"
    with pytest.raises(HandlerFailed):
        slow.reply(turn("hang"))
    with pytest.raises(RuntimeError, match="every thread is taken"):
        slow.reply(turn("fine"))
    gate.set()

    def answers() -> bool:
        try:
            return slow.reply(turn("fine")).text == "fine"
        except (HandlerFailed, RuntimeError):
            return False

    until(answers)


def test_twenty_async_calls_run_at_once_on_one_loop() -> None:
    loops, together = set(), 0
    started: list[str] = []

    async def chat(user_id: str, user_input: str) -> str:
        nonlocal together
        loops.add(asyncio.get_running_loop())
        started.append(user_input)
        while len(started) < 20:
            await asyncio.sleep(0.001)
        together += 1
        return user_input

    own = agent(chat)
    replies: list[str] = []
    people = [threading.Thread(target=lambda n=n: replies.append(own.reply(turn(str(n))).text)) for n in range(20)]
    for person in people:
        person.start()
    for person in people:
        person.join(5)
    assert sorted(map(int, replies)) == list(range(20))
    assert together == 20
    assert len(loops) == 1


# --- Status, contact, reset


def test_a_failing_status_costs_nothing_but_the_status() -> None:
    def fails(user_id: str) -> dict[str, Any]:
        raise ValueError

    before = {"progress": {"current_question": 4, "questions_answered": 3, "completed": False}}
    for status in (fails, lambda user_id: None, lambda user_id: time.sleep(0.3)):
        reply = agent(lambda who, text: text, status=status, seconds=0.1).reply(turn(state=before))
        assert (reply.text, reply.progress, reply.language) == ("hola", Progress(4, 3, False), None)
    first = agent(lambda who, text: text, status=fails).reply(turn())
    assert first.progress == NOTHING_ASKED


def test_a_hanging_status_does_not_make_a_ready_reply_late() -> None:
    gate = threading.Event()
    hanging = agent(lambda who, text: text, status=lambda user_id: gate.wait(30))
    assert hanging.reply(turn(seconds=1.0)).text == "hola"
    gate.set()
    assert 0 < _for_status(Deadline.after(1.0)) <= 0.75
    assert _for_status(Deadline.after(0.3)) == 0.1
    assert _for_status(Deadline.after(60)) == 2.0


def test_its_contact_book_goes_before_ours_and_takes_nothing_away() -> None:
    ours = ContactCard(WHO, first_name="Ana", company="Ours")

    def fails(user_id: str) -> dict[str, Any]:
        raise ValueError

    async def theirs(user_id: str) -> dict[str, Any]:
        return {"empresa": "Theirs"}

    def asked(contact: Callable[..., Any] | None) -> ContactCard | None:
        return agent(lambda who, text: text, contact=contact, seconds=0.1).contact(WHO, ours)

    assert asked(None) == ours
    assert asked(theirs) == ContactCard(WHO, first_name="Ana", company="Theirs")
    assert asked(lambda user_id: None) == ours
    assert asked(lambda user_id: {}) == ours
    assert asked(fails) == ours
    assert asked(lambda user_id: "Theirs") == ours
    assert asked(lambda user_id: time.sleep(0.3)) == ours


def test_the_example_serves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "examples"))
    handler = load_handler("own_agent")
    monkeypatch.setattr(sys.modules["own_agent"], "STORE", tmp_path / "store")
    own = HandlerAgent(handler, ("es",), seconds=5, turns_at_once=2)
    assert own.reply(turn("hola")).progress == Progress(1, 0, False)
    assert own.reply(turn("rosas")).text.endswith("¿Para qué día?")
    assert own.reply(turn("hoy")).progress == Progress(3, 2, False)
    assert own.reply(turn("felicidades")).progress == Progress(None, 3, True)
    own.forget(WHO)
    assert own.reply(turn("hola")).progress == Progress(1, 0, False)
    del sys.modules["own_agent"]
