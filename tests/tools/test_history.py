"""The agent's memory as a history of LangChain's: whole exchanges, cut to their tokens, committed with the state."""

import pytest
from langchain_core.chat_history import BaseChatMessageHistory
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from cci_app.agents.loop.history import TurnHistory
from cci_app.agents.loop.memory import LoopMemory


def test_a_history_grows_by_exchanges_and_comes_back_from_the_state() -> None:
    history = TurnHistory(LoopMemory(), tokens=1_000)
    assert isinstance(history, BaseChatMessageHistory)
    assert history.messages == []
    history.add_messages([HumanMessage("¿Tienen pan?"), AIMessage("Sí.")])
    history.add_messages([HumanMessage("¿Y queso?"), AIMessage("También.")])
    again = TurnHistory(LoopMemory.load(history.memory.to_json()), tokens=1_000)
    assert [(each.type, each.text) for each in again.messages] == [
        ("human", "¿Tienen pan?"),
        ("ai", "Sí."),
        ("human", "¿Y queso?"),
        ("ai", "También."),
    ]
    again.clear()
    assert again.messages == []
    assert again.memory == LoopMemory()


def test_what_is_more_than_a_model_may_read_goes_into_the_summary() -> None:
    history = TurnHistory(LoopMemory(), tokens=20)
    for number in range(5):
        history.add_messages([HumanMessage(f"pregunta {number} " * 3), AIMessage("respuesta " * 3)])
    assert len(history.messages) < 10
    assert "pregunta 0" in history.memory.summary


def test_half_an_exchange_is_refused() -> None:
    history = TurnHistory(LoopMemory(), tokens=1_000)
    call = ToolMessage("x", tool_call_id="1")
    for wrong in ([HumanMessage("a")], [AIMessage("b")], [HumanMessage("a"), call, AIMessage("b")]):
        with pytest.raises(ValueError, match="whole exchanges"):
            history.add_messages(wrong)
    assert history.messages == []
