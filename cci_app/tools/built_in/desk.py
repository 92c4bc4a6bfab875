"""What the tools of ours are made with, and the options that an assistant's file gives them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.language.localised import Content
from cci_app.tools.ports import Tool


class ToolOptions(Content):
    """What an assistant's file says of one tool; most tools need nothing said."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What an assistant's tools have in common.

    `quotes` answers in the documents' own sentences; it is asked where `words_itself` is false, because no model of a
    provider words an answer from the passages.
    """

    quotes: DocumentAnswerer
    words_itself: bool


O = TypeVar("O", bound=ToolOptions)  # noqa: E741


@dataclass(frozen=True, slots=True)
class BuiltIn(Generic[O]):
    """A tool of ours: the model of its options, and its factory."""

    options: type[O]
    make: Callable[[O, Desk], Tool]
