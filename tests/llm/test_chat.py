"""Chains of models: the real clients of three vendors speak to a fake of each on loopback."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from prometheus_client import REGISTRY
from pydantic import BaseModel

from cci_app.core import breaker
from cci_app.core.deadline import Deadline
from cci_app.core.errors import CannotStart
from cci_app.llm.calls import ModelCall, gathered
from cci_app.llm.chains import ChatModels, ModelKeyMissing
from cci_app.llm.chat import Chat, NoAnswer, Request
from config.settings import Environment, Settings
from tests.fakes.models import (
    BROKEN,
    GARBAGE,
    HANGS,
    RATE_LIMITED,
    TOO_LONG,
    TRICKLES,
    FakeModels,
    Reply,
    filled,
)

# For an answer that takes a moment, on a busy machine.
LONG = 30.0

PROVIDERS = {
    "openai": "openai:gpt-4o",
    "anthropic": "anthropic:vendor/a-model",
    "google_genai": "google_genai:a-model",
}
RED = filled(colour="red", why="it is written so")


class Colour(BaseModel):
    """The colour that a text speaks of."""

    colour: Literal["red", "green"]
    why: str


REQUEST = Request("test", "Name the colour.", '{"text": "a red house"}', Colour)


def models(fake: FakeModels, **changes: Any) -> ChatModels:
    values: dict[str, Any] = {"environment": Environment.TEST, "model_seconds": 1.0, **fake.settings, **changes}
    return ChatModels(Settings(**values))


def ask(chat: Chat | None, seconds: float = 5.0) -> tuple[Colour | None, list[ModelCall]]:
    assert chat is not None
    with gathered() as calls:
        try:
            return chat.ask(REQUEST, lambda colour: colour, Deadline.after(seconds)), calls
        except NoAnswer:
            return None, calls


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """What the vendors' packages load with their first call takes longer than the calls of these tests may."""
    with FakeModels([RED] * len(PROVIDERS)) as fake:
        for name in PROVIDERS.values():
            assert ask(models(fake, model_seconds=60).chain([name]), seconds=60)[0] is not None


@pytest.fixture(params=list(PROVIDERS))
def name(request: pytest.FixtureRequest) -> str:
    return PROVIDERS[request.param]


def test_a_model_fills_in_a_form(name: str) -> None:
    with FakeModels([RED, RED]) as fake:
        chat = models(fake).chain([name])
        colour, calls = ask(chat)
        assert ask(chat)[0] == colour == Colour(colour="red", why="it is written so")
    asked = fake.asked[0]
    provider, _, model = name.partition(":")
    assert (asked.provider, asked.model, asked.form) == (provider, model, "Colour")
    assert (asked.system, asked.user) == (REQUEST.system, REQUEST.user)
    (call,) = calls
    assert (call.purpose, call.provider, call.model, call.outcome) == ("test", provider, model, "answered")
    assert call.tokens.input == asked.tokens
    assert 0 < call.tokens.output < 20
    assert call.cost is None


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (RATE_LIMITED, "rate_limited"),
        (BROKEN, "failed"),
        (GARBAGE, "garbage"),
        (Reply(text="I would say red"), "garbage"),
        (filled(colour="blue", why="?"), "garbage"),
        (filled(), "garbage"),
        (Reply(raw=b'{"choices": [], "content": [], "candidates": []}'), "garbage"),
        (TOO_LONG, "too_long"),
        (Reply(status=401), "refused"),
        (Reply(status=404), "refused"),
        (HANGS, "timed_out"),
        (TRICKLES, "timed_out"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_where_one_model_fails_the_next_is_asked_at_once(name: str, fault: Reply, outcome: str) -> None:
    second = "anthropic:second" if not name.startswith("anthropic") else "openai:second"
    with FakeModels([fault, RED]) as fake:
        colour, calls = ask(models(fake).chain([name, second]), seconds=LONG)
    assert colour is not None
    assert [call.outcome for call in calls] == [outcome, "answered"]
    # One attempt at each, and the one that hangs or trickles is given up: it would go on for longer than that.
    assert len(fake.asked) == 2


def test_a_deadline_bounds_the_whole_chain(name: str) -> None:
    with FakeModels([TRICKLES, TRICKLES]) as fake:
        chat = models(fake).chain([name, name, name])
        started = time.monotonic()
        colour, calls = ask(chat, seconds=2.3)
        took = time.monotonic() - started
    assert colour is None
    assert [call.outcome for call in calls] == ["timed_out", "timed_out"]
    assert took < LONG


def test_calls_are_counted() -> None:
    labels = {"provider": "openai", "model": "a-counted-model", "purpose": "test"}
    with FakeModels([BROKEN, RED]) as fake:
        chat = models(fake).chain(["openai:a-counted-model"])
        ask(chat)
        ask(chat)
    for outcome in ("failed", "answered"):
        assert REGISTRY.get_sample_value("cci_model_calls_total", {**labels, "outcome": outcome}) == 1
    read = {"provider": "openai", "model": "a-counted-model", "direction": "input"}
    assert REGISTRY.get_sample_value("cci_model_tokens_total", read) == fake.asked[1].tokens


def test_without_time_nothing_is_asked() -> None:
    with FakeModels([]) as fake:
        assert ask(models(fake).chain([PROVIDERS["openai"]]), seconds=0.3) == (None, [])
    assert fake.asked == []


class Clock:
    """The time by which providers are left alone."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(breaker, "time", made)
    return made


@pytest.mark.parametrize(("says", "seconds"), [("7", 7), ("0.5", 0.5), ("86400", 60), ("soon", 1), (None, 1)])
def test_a_provider_that_limits_the_rate_is_left_alone_as_it_says(
    clock: Clock, name: str, says: str | None, seconds: float
) -> None:
    limited = Reply(status=429, headers={"Retry-After": says} if says else {})
    with FakeModels([limited, RED]) as fake:
        chat = models(fake).chain([name])
        assert ask(chat)[0] is None
        clock.now += seconds - 0.1
        assert ask(chat) == (None, [])
        clock.now += 0.2
        assert ask(chat)[0] is not None


def test_a_provider_may_say_until_when_it_wants_to_be_left_alone(clock: Clock) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    with FakeModels([Reply(status=429, headers={"Retry-After": until}), RED]) as fake:
        chat = models(fake).chain(["openai:gpt-4o"])
        assert ask(chat)[0] is None
        clock.now += 20
        assert ask(chat) == (None, [])
        clock.now += 10
        assert ask(chat)[0] is not None


def test_a_provider_that_is_away_is_left_alone_for_a_while(clock: Clock) -> None:
    with FakeModels([BROKEN, BROKEN, BROKEN, BROKEN, RED, RED]) as fake:
        one = models(fake)
        chat, same_provider = one.chain(["openai:gpt-4o"]), one.chain(["openai:another"])
        for _ in range(3):
            assert ask(chat)[0] is None
        assert ask(same_provider) == (None, [])
        clock.now += 10.1
        # One tries, and finds it still away.
        assert len(ask(chat)[1]) == 1
        assert ask(chat) == (None, [])
        clock.now += 10.1
        assert ask(chat)[0] is not None
        assert ask(same_provider)[0] is not None


def test_what_the_caller_refuses_is_garbage() -> None:
    def never(colour: Colour) -> Colour:
        raise ValueError(colour.why)

    with FakeModels([RED]) as fake, gathered() as calls:
        chat = models(fake).chain(["openai:gpt-4o"])
        assert chat is not None
        with pytest.raises(NoAnswer):
            chat.ask(REQUEST, never, Deadline.after(5))
    assert [(call.outcome, call.tokens.output > 0) for call in calls] == [("garbage", True)]


def test_every_vendor_gets_its_own_key() -> None:
    with FakeModels([RED, RED, RED, RED]) as fake:
        for name in PROVIDERS.values():
            assert ask(models(fake).chain([name]))[0] is not None
        by_key = models(fake, anthropic_auth_token=None, anthropic_api_key="key-fictional")
        assert ask(by_key.chain(["anthropic:a-model"]))[0] is not None
    openai, anthropic, google, keyed = ({k.lower(): v for k, v in asked.headers.items()} for asked in fake.asked)
    assert openai["authorization"] == "Bearer sk-fictional"
    assert anthropic["authorization"] == "Bearer token-fictional"
    assert google["x-goog-api-key"] == "google-fictional"
    assert "key-fictional" in keyed.get("x-api-key", "") + keyed.get("authorization", "")


def test_keys_and_addresses_of_the_environment_count_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    # The packages would read all of these.
    for variable in ("OPENAI", "ANTHROPIC", "GOOGLE"):
        monkeypatch.setenv(f"{variable}_API_KEY", "stray")
        monkeypatch.setenv(f"{variable}_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "stray")
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    with FakeModels([RED, RED, RED]) as fake:
        for name in PROVIDERS.values():
            assert ask(models(fake).chain([name]))[0] is not None
    for asked in fake.asked:
        assert "stray" not in str(asked.headers)


def test_calls_are_priced_from_a_file(tmp_path: Path) -> None:
    prices = tmp_path / "prices.yaml"
    prices.write_text(
        "currency: EUR\nper_million_tokens:\n  openai:gpt-4o: {input: 2.5, output: 10}\n", encoding="utf-8"
    )
    with FakeModels([RED, RED]) as fake:
        both = models(fake, prices_path=prices)
        _, (priced,) = ask(both.chain(["openai:gpt-4o"]))
        _, (unpriced,) = ask(both.chain(["openai:another"]))
    assert priced.cost == (Decimal("2.5") * priced.tokens.input + 10 * priced.tokens.output) / 1_000_000
    assert priced.currency == "EUR"
    assert unpriced.cost is None


@pytest.mark.parametrize(
    "content",
    ["currency: euros", "per_million_tokens: {gpt-4o: {input: 1, output: 1}}", "]", "prices: {}", "- 1"],
)
def test_a_faulty_file_of_prices_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CannotStart, match=r"prices\.yaml"):
        ChatModels(Settings(prices_path=path))


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("openai:gpt-4o", "OPENAI_API_KEY"),
        ("anthropic:a-model", "ANTHROPIC_AUTH_TOKEN"),
        ("google_genai:a-model", "GOOGLE_API_KEY"),
    ],
)
def test_a_model_without_its_key_is_refused_with_the_name_of_the_setting(name: str, setting: str) -> None:
    with pytest.raises(ModelKeyMissing, match=setting):
        ChatModels(Settings()).chain([name])


def test_offline_ends_a_chain() -> None:
    assert ChatModels(Settings()).chain(["offline", "openai:gpt-4o"]) is None
    with FakeModels([BROKEN]) as fake:
        assert ask(models(fake).chain(["openai:gpt-4o", "offline", "openai:gpt-4o"]))[0] is None
