"""What a person thinks of the answer that they read last, told from all that is no such thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from cci_app.agents.ports import AgentReply
from cci_app.channels.message import Button, Buttons, Choices, Part, Reaction, Text
from cci_app.conversation.outcome import Thumb
from cci_app.conversation.state import LastAnswer
from cci_app.feedback.models import FeedbackSource
from cci_app.feedback.words import said, thumb_of_reaction, thumb_of_signs, thumb_of_words, thumb_when_offered

_SILENT = frozenset({FeedbackSource.REACTION})


@dataclass(frozen=True, slots=True)
class Opinion:
    """A thumb, None for a reaction that says neither. `is_all`: the message is nothing else, and no agent is asked."""

    thumb: Thumb | None
    is_all: bool

    @property
    def is_about_last(self) -> bool:
        """Whether it is about the answer that the person read last, which has its opinion with it."""
        return self.thumb is not None and not self.thumb.vendor_id

    def told(self, language: str) -> tuple[Part, ...]:
        """What the person is told; nothing of a reaction, to which nobody expects an answer."""
        if self.thumb is None or self.thumb.source in _SILENT:
            return ()
        return (Text(said("thanks" if self.thumb.value > 0 else "sorry", language)),)


def opinion_of(text: str, attachments: Sequence[Part], last: LastAnswer | None) -> Opinion | None:
    """The opinion that a message is, or has in it; None for any other message.

    After a question of the assistant's a thumb is an answer to that, as "muy útil" is to "how useful was it?": the
    agent gets it and nothing is taken for an opinion, unless the person put it to a message of ours themselves.
    """
    reactions = [part for part in attachments if isinstance(part, Reaction)]
    if reactions and len(reactions) == len(attachments) and not text.strip():
        value = thumb_of_reaction(reactions[-1].emoji)
        return Opinion(_thumb(value, FeedbackSource.REACTION, last, reactions[-1].to), is_all=True)
    if last is None or attachments:
        return None
    if last.offers:
        value = thumb_when_offered(text)
        if value is not None:
            return Opinion(_thumb(value, FeedbackSource.BUTTON, last), is_all=True)
    if last.asks:
        return None
    value = thumb_of_signs(text)
    if value is not None:
        return Opinion(_thumb(value, FeedbackSource.EMOJI, last), is_all=True)
    value = thumb_of_words(text)
    # An agent has a good answer to thanks, and to somebody whom it did not help.
    return None if value is None else Opinion(_thumb(value, FeedbackSource.WORDS, last), is_all=False)


def asks(reply: AgentReply) -> bool:
    """Whether a reply asks the person something: what they write next may be the answer."""
    if reply.progress is not None and reply.progress.current_question is not None:
        return True
    if any(isinstance(part, Buttons | Choices) for part in reply.parts):
        return True
    return "?" in reply.text.strip().rpartition("\n")[2]


def with_offer(reply: AgentReply, wanted: bool, language: str) -> tuple[Part, ...]:
    """The reply's parts, with two buttons below an answer from documents where the assistant's content wants them."""
    if not wanted or not reply.sources or reply.handoff is not None or asks(reply):
        return reply.parts
    buttons = (Button("thumb:up", said("up", language)), Button("thumb:down", said("down", language)))
    return (*reply.parts, Buttons(said("offer", language), buttons))


def _thumb(value: int | None, source: FeedbackSource, last: LastAnswer | None, vendor_id: str = "") -> Thumb | None:
    if value is None or (last is None and not vendor_id):
        return None
    receipt_id = last.receipt_id if last else None
    return Thumb(value=cast(Literal[1, -1], value), source=source, receipt_id=receipt_id, vendor_id=vendor_id)
