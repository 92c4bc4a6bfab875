"""What took place in a turn, in words: its stages, what a model was asked for, and how that ended."""

from cci_app.dashboard.words import gettext
from cci_app.llm.calls import CallOutcome


def stage_name(stage: str) -> str:
    """What a stage of a turn is called."""
    return {
        "receive": gettext("Taking the message in"),
        "language": gettext("Contact and language"),
        "agent": gettext("Thinking"),
        "complete": gettext("Writing the answer down"),
    }.get(stage, stage)


def call_purpose(purpose: str) -> str:
    """What a model was asked for."""
    return {
        "loop": gettext("to answer, with its tools"),
        "answer": gettext("to answer from documents"),
        "understand": gettext("to understand the message"),
        "route": gettext("to pick who answers"),
        "catalog": gettext("to read a search of the catalogue"),
        "desk": gettext("to read a message to the desk"),
        "work": gettext("to read an order about the work"),
        "voice": gettext("to say it in the assistant’s voice"),
        "handbook": gettext("to hold a text against the handbook"),
        "simulated_person": gettext("to play a person"),
    }.get(purpose, purpose)


def call_outcome(outcome: str) -> str:
    """How a call of a model ended."""
    words = {
        CallOutcome.ANSWERED: gettext("answered"),
        CallOutcome.GARBAGE: gettext("answer of no use"),
        CallOutcome.TOO_LONG: gettext("too long for it"),
        CallOutcome.FILTERED: gettext("withheld by its provider"),
        CallOutcome.INVALID: gettext("request not accepted"),
        CallOutcome.RATE_LIMITED: gettext("too many requests"),
        CallOutcome.REFUSED: gettext("key or name not accepted"),
        CallOutcome.UNPAID: gettext("no money left"),
        CallOutcome.FAILED: gettext("has failed"),
        CallOutcome.TIMED_OUT: gettext("took too long"),
    }
    known = next((each for each in CallOutcome if each == outcome), None)
    return words[known] if known is not None else outcome
