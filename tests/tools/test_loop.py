"""The loop: a real client of OpenAI's speaks to a fake, and the product calls the tools that it asks for."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from cci_app.agents.kind import Means
from cci_app.agents.loop.agent import LoopAgent
from cci_app.agents.loop.content import LoopContent
from cci_app.agents.loop.phrases import PHRASES
from cci_app.agents.ports import AgentReply, TurnContext
from cci_app.assistants.files import load_spec
from cci_app.contacts.card import ContactCard
from cci_app.core.daemon_threads import DaemonThreads
from cci_app.core.deadline import Deadline
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.knowledge.documents.loading import load_folder
from cci_app.llm.calls import ModelCall, gathered
from cci_app.llm.chains import ChatModels
from cci_app.tools.arguments import SchemaArguments
from cci_app.tools.calls import ToolCall, ToolStatus, tools_gathered
from cci_app.tools.ports import Consent, Tool, ToolContext, ToolResult
from cci_app.tools.workshop import Equipment, Workshop
from config.settings import Environment, Settings
from tests.conftest import SAMPLES, Tenant
from tests.fakes.models import BROKEN, GARBAGE, HANGS, Asked, FakeModels, Reply, calling
from tests.tools.bakery import EXAMPLE

Rows = Callable[..., list[dict[str, Any]]]
WHO = "+573001234567"
CITY = SchemaArguments({"properties": {"city": {"type": "string"}}, "required": ["city"]})


def content_of_example() -> LoopContent:
    content = load_spec(EXAMPLE).agents["counter"]
    assert isinstance(content, LoopContent)
    return content


class Speaker:
    """Holds one conversation with the agent of the example, or with tools of a test's own."""

    def __init__(
        self, fake: FakeModels | None, tools: tuple[Tool, ...] | None = None, organisation_id: int = 1, **changes: Any
    ) -> None:
        settings = Settings(environment=Environment.TEST, **(fake.settings if fake else {}), **changes)
        chat = ChatModels(settings).chain(["openai:gpt-4o"]) if fake else None
        means = Means(("es", "fr", "en"), DocumentAnswerer(), chat, Workshop(settings), "bakery")
        self.agent = LoopAgent(content_of_example(), means)
        if tools is not None:
            self.agent._equipment = Equipment(tools, DaemonThreads("test", 8))
        self.organisation_id = organisation_id
        self.state: Mapping[str, Any] = {}
        self.calls: list[ModelCall] = []
        self.tools: list[ToolCall] = []

    def say(
        self,
        text: str,
        *,
        seconds: float = 20.0,
        receipts: tuple[int, ...] = (1,),
        contact: ContactCard | None = None,
        language: str = "es",
    ) -> AgentReply:
        turn = TurnContext(
            self.organisation_id,
            "bakery",
            WHO,
            text,
            language,
            self.state,
            contact,
            datetime(2026, 3, 2, 15, 0, tzinfo=UTC),
            Deadline.after(seconds),
            receipts=receipts,
        )
        with gathered() as calls, tools_gathered() as tools:
            reply = self.agent.reply(turn)
        self.calls, self.tools, self.state = calls, tools, reply.state
        return reply


def test_a_model_that_asks_for_tools_for_ever_is_called_five_times() -> None:
    with FakeModels(lambda _: calling(("quote_price", {"item": "baguette"}))) as fake:
        speaker = Speaker(fake)
        reply = speaker.say("¿Cuánto cuesta?")
        assert len(fake.asked) == 5
    # The last call is told that it has to answer, and may call nothing; what it asks for all the same is not done.
    assert [asked.body.get("tool_choice") for asked in fake.asked] == [None] * 4 + ["none"]
    assert "answer now, in Spanish" in fake.asked[-1].system
    assert reply.text == PHRASES["limit"]["es"]
    assert [call.status for call in speaker.tools] == [ToolStatus.DONE] * 4
    assert [call.iteration for call in speaker.tools] == [1, 2, 3, 4]
    assert len(speaker.calls) == 5


def test_what_a_tool_gives_is_read_by_the_next_call() -> None:
    answers = [calling(("quote_price", {"item": "baguette", "quantity": 3})), Reply(text="Son 19.500 pesos.")]
    with FakeModels(answers) as fake:
        reply = Speaker(fake).say("¿Cuánto cuestan tres baguettes?")
    told = fake.asked[1].body["messages"][-1]
    assert (told["role"], told["tool_call_id"]) == ("tool", "call_2_0")
    assert '"total": "19500"' in told["content"]
    assert reply.text == "Son 19.500 pesos."


def test_two_slow_tools_run_side_by_side() -> None:
    # Each waits until the other has begun too: one after the other they would wait for ever.
    both = threading.Barrier(2)

    def meet(_: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        both.wait(10)
        return ToolResult({"city": arguments["city"]})

    tool = Tool("weather", "The weather of a city", CITY, run=meet)
    asks = calling(("weather", {"city": "Bogotá"}), ("weather", {"city": "Cali"}))
    with FakeModels([asks, Reply(text="Llueve en las dos.")]) as fake:
        speaker = Speaker(fake, (tool,))
        assert speaker.say("¿Qué tiempo hace?").text == "Llueve en las dos."
    assert [call.status for call in speaker.tools] == [ToolStatus.DONE] * 2
    told = [message["content"] for message in fake.asked[1].body["messages"] if message["role"] == "tool"]
    assert told == ['{"city": "Bogotá"}', '{"city": "Cali"}']


def test_a_tool_that_hangs_costs_its_own_budget_and_the_answer_goes_on() -> None:
    released = threading.Event()

    def hang(context: ToolContext, _: Mapping[str, Any]) -> ToolResult:
        released.wait(60)
        return ToolResult({})

    tools = (Tool("weather", "The weather", CITY, run=hang, seconds=0.2),)
    try:
        with FakeModels([calling(("weather", {"city": "Cali"})), Reply(text="No lo sé ahora.")]) as fake:
            speaker = Speaker(fake, tools)
            assert speaker.say("¿Llueve?").text == "No lo sé ahora."
    finally:
        released.set()
    assert [call.status for call in speaker.tools] == [ToolStatus.TIMED_OUT]
    assert "it took longer" in fake.asked[1].user


@pytest.mark.parametrize(
    ("call", "status", "told"),
    [
        (("order_pizza", {}), ToolStatus.UNKNOWN, "there is no tool"),
        (("quote_price", {"item": "house"}), ToolStatus.REFUSED, "do not fit"),
        (("quote_price", {"item": "baguette", "organisation_id": 2}), ToolStatus.REFUSED, "organisation_id"),
        (("quote_price", {"item": "BAGUETTE", "quantity": None}), ToolStatus.DONE, '"quantity": 1'),
        (("quote_price", {"item": "baguette", "quantity": "2"}), ToolStatus.DONE, '"total": "13000"'),
        (("hand_to_human", {"reason": None, "summary": None}), ToolStatus.DONE, "handed_over"),
        (("hand_to_human", {"user_id": "+573009999999"}), ToolStatus.REFUSED, "user_id"),
    ],
)
def test_what_a_model_may_ask_for(call: tuple[str, dict[str, Any]], status: ToolStatus, told: str) -> None:
    with FakeModels([calling(call), Reply(text="Listo.")]) as fake:
        speaker = Speaker(fake)
        assert speaker.say("hola, una pregunta").text == "Listo."
    assert [each.status for each in speaker.tools] == [status]
    assert told in fake.asked[1].user


def test_who_is_written_to_comes_from_the_code() -> None:
    with FakeModels([calling(("look_up_contact", {})), Reply(text="Usted es Ana.")]) as fake:
        Speaker(fake).say("¿Quién soy?", contact=ContactCard(phone=WHO, first_name="Ana", company="Café Uno"))
    assert '"first_name": "Ana"' in fake.asked[1].user
    assert WHO not in fake.asked[0].system


FENCED = '```json\n{"item": "baguette"}\n```'


@pytest.mark.parametrize(
    "message",
    [
        {"content": '{"name": "quote_price", "arguments": {"item": "baguette"}}'},
        {"content": '```json\n{"name": "quote_price", "parameters": {"item": "baguette"}}\n```'},
        {"tool_calls": [{"id": "c1", "function": {"name": "quote_price", "arguments": {"item": "baguette"}}}]},
        {"tool_calls": [{"id": "c1", "function": {"name": "quote_price", "arguments": FENCED}}]},
        {
            "tool_calls": [
                {"id": "c1", "function": {"name": "functions.Quote_Price", "arguments": '{"item":"baguette"}'}}
            ]
        },
        {
            "tool_calls": [
                {"id": "a", "function": {"name": "quote_price", "arguments": "{}"}},
                {"id": "b", "function": {"name": "quote_price", "arguments": '{"item":"baguette"}'}},
            ]
        },
        {"function_call": {"name": "quote_price", "arguments": '{"item":"baguette"}'}},
    ],
)
def test_a_call_is_found_wherever_a_service_puts_it(message: dict[str, Any]) -> None:
    for call in message.get("tool_calls", ()):
        call["type"] = "function"
    first = Reply(message={"role": "assistant", "content": None, **message})
    with FakeModels([first, Reply(text="Son 6.500 pesos.")]) as fake:
        speaker = Speaker(fake)
        assert speaker.say("¿Cuánto vale la baguette?").text == "Son 6.500 pesos."
    assert [(call.tool, call.status) for call in speaker.tools] == [("quote_price", ToolStatus.DONE)]


def test_arguments_that_cannot_be_read_are_told_and_the_turn_goes_on() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "hand_to_human", "arguments": "tell them I am here"}}
    first = Reply(message={"role": "assistant", "content": None, "tool_calls": [call]})
    with FakeModels([first, Reply(text="¿En qué más le ayudo?")]) as fake:
        speaker = Speaker(fake)
        reply = speaker.say("una pregunta")
    assert reply.handoff is None
    assert [call.status for call in speaker.tools] == [ToolStatus.REFUSED]
    assert "no JSON object" in fake.asked[1].user


@pytest.mark.parametrize("trouble", [BROKEN, GARBAGE, Reply(raw=b""), Reply(text=""), Reply(status=400)])
def test_where_the_model_fails_the_rules_answer(trouble: Reply) -> None:
    with FakeModels(lambda _: trouble) as fake:
        reply = Speaker(fake).say("¿Cuánto cuestan 2 croissants?")
    assert reply.text == "2 × croissant: 14000 COP"


def test_a_model_that_hangs_leaves_time_for_an_answer() -> None:
    with FakeModels(lambda _: HANGS) as fake:
        reply = Speaker(fake, model_seconds=0.6).say("¿Cuánto cuesta la baguette?")
    assert reply.text == "baguette: 6500 COP"


def test_a_filtered_message_costs_nobody_else_the_model() -> None:
    filtered = Reply(message={"role": "assistant", "content": None, "refusal": "I will not"})
    with FakeModels(lambda asked: filtered if "feo" in str(asked.body) else Reply(text="Claro.")) as fake:
        speaker = Speaker(fake)
        for _ in range(4):
            speaker.state = {}
            assert speaker.say("pásame un humano, y algo muy feo").text
            assert speaker.calls[0].outcome == "filtered"
        speaker.state = {}
        assert speaker.say("hola, ¿me ayuda?").text == "Claro."


def test_the_past_is_cut_between_exchanges_and_summed_up() -> None:
    said: list[Asked] = []

    def answer(asked: Asked) -> Reply:
        said.append(asked)
        return Reply(text="De acuerdo. " + "x" * 1200)

    with FakeModels(answer) as fake:
        speaker = Speaker(fake)
        for number in range(1, 12):
            speaker.say(f"Mi pedido número {number} es de panes. " + "y" * 1200)
    del fake
    messages = said[-1].body["messages"]
    assert sum(len(message["content"]) for message in messages[1:-1]) <= 4 * 2_000
    # What is left of it begins with something that the person said, and the rest is told in their words.
    assert [message["role"] for message in messages[1:4]] == ["user", "assistant", "user"]
    assert "Mi pedido número 1 es" in said[-1].system
    assert "Mi pedido número 10 es" not in said[-1].system


CANCEL_ARGUMENTS = SchemaArguments({"properties": {"order": {"type": "string"}}, "required": ["order"]})


def cancelling(done: list[str], consent: Consent = Consent.PERSON) -> Tool:
    def run(_: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        done.append(arguments["order"])
        return ToolResult({"cancelled": arguments["order"]})

    return Tool("cancel_order", "Cancel an order", CANCEL_ARGUMENTS, run=run, writes=consent, label="Anular el pedido")


@pytest.fixture
def ours(app: Flask, tenant: Tenant) -> int:
    return tenant.organisation_id


def test_a_write_waits_for_the_persons_yes(ours: int) -> None:
    done: list[str] = []
    asks = calling(("cancel_order", {"order": "A-17"}))
    answers = [asks, Reply(text="Puedo anularlo."), Reply(text="Quedó anulado.")]
    with FakeModels(answers) as fake:
        speaker = Speaker(fake, (cancelling(done),), ours)
        reply = speaker.say("Anule mi pedido")
        assert done == []
        assert "not done" in fake.asked[1].user
        assert "*Anular el pedido*\n• order: A-17\n¿Lo confirma?" in reply.text
        assert speaker.say("sí, por favor", receipts=(2,)).text == "Quedó anulado."
    assert done == ["A-17"]
    assert [call.status for call in speaker.tools] == [ToolStatus.DONE]


@pytest.mark.parametrize("words", ["no", "mejor otra cosa"])
def test_without_a_yes_nothing_is_written(ours: int, words: str) -> None:
    done: list[str] = []
    with FakeModels(
        lambda asked: calling(("cancel_order", {"order": "A-17"})) if "Anule" in asked.user else Reply(text="Bien.")
    ) as fake:
        speaker = Speaker(fake, (cancelling(done),), ours)
        speaker.say("Anule mi pedido")
        speaker.say(words, receipts=(2,))
        # The yes to something else comes too late.
        speaker.say("sí", receipts=(3,))
    assert done == []
    assert fake.asked


def test_a_turn_that_is_run_again_does_nothing_twice(ours: int, rows: Rows) -> None:
    done: list[str] = []
    words = iter(["A-17", "A-17", "A-99"])

    def answer(asked: Asked) -> Reply:
        last = asked.body["messages"][-1]["role"]
        return Reply(text="Listo.") if last == "tool" else calling(("cancel_order", {"order": next(words)}))

    # The process died after the tool had done it; another message came meanwhile, and is the newest now.
    for attempt, receipts in enumerate([(7,), (7,), (8, 7)]):
        with FakeModels(answer) as fake:
            speaker = Speaker(fake, (cancelling(done, Consent.OWN_WORDS),), ours)
            speaker.say("Anule A-17 y A-99", receipts=receipts)
        expected = [ToolStatus.DONE, ToolStatus.REPEATED, ToolStatus.UNCERTAIN][attempt]
        assert [call.status for call in speaker.tools] == [expected]
    assert done == ["A-17"]
    kept = rows("SELECT event_id, state FROM tool_effects WHERE organisation_id = :id", id=ours)
    assert kept == [{"event_id": 7, "state": "done"}]


def test_a_lead_is_kept_in_the_persons_own_words_and_once(ours: int, rows: Rows) -> None:
    lead = {"name": "Ana Ruiz", "interest": "una torta para el sábado", "email": "ana@example.org"}
    injected = {**lead, "email": "someone@example.net"}

    def asking(arguments: dict[str, Any]) -> Callable[[Asked], Reply]:
        return lambda asked: (
            Reply(text="Gracias.")
            if asked.body["messages"][-1]["role"] == "tool"
            else calling(("capture_lead", arguments))
        )

    said = "Soy Ana Ruiz, quiero una torta para el sábado, ana@example.org"
    for _ in range(2):
        with FakeModels(asking(lead)) as fake:
            Speaker(fake, organisation_id=ours).say(said, receipts=(5,))
    # What the person did not write is not written for them.
    with FakeModels(asking(injected)) as fake:
        speaker = Speaker(fake, organisation_id=ours)
        assert "someone@example.net" in speaker.say(said, receipts=(6,)).text
    assert [call.status for call in speaker.tools] == [ToolStatus.UNCONFIRMED]
    kept = rows("SELECT name, interest, email, phone, event_id FROM leads WHERE organisation_id = :id", id=ours)
    assert kept == [{**lead, "phone": WHO, "event_id": 5}]


def test_an_answer_names_the_document_that_it_rests_on(ours: int) -> None:
    load_folder(ours, SAMPLES / "documents")
    asks = calling(("rag_search", {"question": "¿ayudan con las visas?"}))
    with FakeModels([asks, Reply(text="Sí: preparamos el expediente de la visa con su empresa.")]) as fake:
        reply = Speaker(fake, organisation_id=ours).say("¿ayudan con las visas?")
    assert "visa" in fake.asked[1].user
    assert reply.sources
    assert f"Fuente: {reply.sources[0].title}" in reply.text


def test_what_is_kept_of_a_call_can_call_nobody() -> None:
    call = ("hand_to_human", {"reason": "asked", "summary": "Llamen a Ana al +57 300 123 4567, ana@example.org"})
    with FakeModels([calling(call), Reply(text="Listo.")]) as fake:
        speaker = Speaker(fake)
        reply = speaker.say("que me llamen")
    del fake
    assert reply.handoff is not None
    assert "123 4567" in reply.handoff.summary
    kept = str(speaker.tools)
    assert "123 4567" not in kept
    assert "ana@example.org" not in kept
    assert "Llamen a Ana" in kept
