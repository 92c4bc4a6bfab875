"""The conversation as LangChain's message history, over what PostgreSQL keeps of it: the state of the person's turn.

A history of LangChain's own that writes by itself would commit words of a turn whose answer is lost with its process.
Here the state is committed with the reply, in one transaction, to whoever still holds the turn.
"""

from collections.abc import Sequence

from langchain_core.chat_history import BaseChatMessageHistory
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from cci_app.agents.loop.memory import LoopMemory


class TurnHistory(BaseChatMessageHistory):
    """One person's history with one assistant, for the length of a turn; `memory` is what is committed of it."""

    def __init__(self, memory: LoopMemory, *, tokens: int) -> None:
        """`tokens` is about how much of it a model may read."""
        self.memory = memory
        self._tokens = tokens
        self._read()

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Add exchanges: what the person said, and the answer to it. Raises ValueError for anything else.

        What a tool was asked and brought belongs to the turn, not to the history.
        """
        said = [each for each in messages if isinstance(each, HumanMessage)]
        answers = [each for each in messages if isinstance(each, AIMessage)]
        if len(said) != len(answers) or len(said) + len(answers) != len(messages):
            raise ValueError("a history grows by whole exchanges: what was said, and its answer")
        for one, answer in zip(said, answers, strict=True):
            self.memory = self.memory.after(one.text, answer.text, tokens=self._tokens)
        self._read()

    def clear(self) -> None:
        """Forget it, as a new conversation does."""
        self.memory = LoopMemory()
        self._read()

    def _read(self) -> None:
        self.messages = [
            message for each in self.memory.exchanges for message in (HumanMessage(each.said), AIMessage(each.answer))
        ]
