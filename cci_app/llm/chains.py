"""Chains of chat models by their names, as an assistant's file or a setting writes them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import SecretStr

from cci_app.core.breaker import Breaker
from cci_app.core.daemon_threads import DaemonThreads
from cci_app.core.errors import CannotStart, of_setting
from cci_app.llm.chat import Chat, ChatModel
from cci_app.llm.names import ModelName, Provider
from cci_app.llm.prices import Prices
from config.settings import Settings

if TYPE_CHECKING:
    from cci_app.llm.providers import Tracing

# Threads for each turn at once: calls that hang keep theirs for a while.
_THREADS_PER_TURN = 2


class ModelKeyMissing(CannotStart):
    """A model is named whose provider has no key; the message says which setting wants one."""


class ChatModels:
    """The models of one application; chains share them, and what is known of their providers."""

    def __init__(self, settings: Settings) -> None:
        """Raises CannotStart for a file of prices that cannot be read."""
        self._settings = settings
        with of_setting("PRICES_PATH"):
            self._prices = Prices.load(settings.prices_path)
        self._threads = DaemonThreads("model", settings.agent_pool_size * _THREADS_PER_TURN)
        self._models: dict[ModelName, ChatModel] = {}
        self._breakers: dict[Provider, Breaker] = {}
        self._tracing: Tracing | None = None

    def chain(self, names: Sequence[str]) -> Chat | None:
        """The chain of these models in their order, up to `offline`; None where nothing stands before that.

        Raises UnknownModel, and ModelKeyMissing.
        """
        models = []
        for name in [ModelName.parse(name) for name in names]:
            if name.provider is Provider.OFFLINE:
                break
            breaker = self._breakers.setdefault(name.provider, Breaker(name.provider))
            models.append((self._model(name), breaker))
        return Chat(models, self._threads, self._prices, self._settings.model_seconds) if models else None

    def close(self) -> None:
        """Send what is still to be traced."""
        if self._tracing is not None:
            self._tracing.close()

    def _model(self, name: ModelName) -> ChatModel:
        if name not in self._models:
            _check_key(name, self._settings)
            from cci_app.llm.providers import LangChainModel, Tracing, make_model

            self._tracing = self._tracing or Tracing(self._settings)
            self._models[name] = LangChainModel(name, make_model(name, self._settings), self._tracing)
        return self._models[name]


def _check_key(name: ModelName, settings: Settings) -> None:
    keys: dict[Provider, tuple[SecretStr | None, str]] = {
        Provider.OPENAI: (settings.openai_api_key, "OPENAI_API_KEY"),
        Provider.ANTHROPIC: (
            settings.anthropic_auth_token or settings.anthropic_api_key,
            "ANTHROPIC_AUTH_TOKEN or ANTHROPIC_API_KEY",
        ),
        Provider.GOOGLE: (settings.google_api_key, "GOOGLE_API_KEY"),
    }
    key, setting = keys[name.provider]
    if key is None:
        raise ModelKeyMissing(f"the model {name} needs a key: set {setting}, or name another model (CHAT_MODEL)")
