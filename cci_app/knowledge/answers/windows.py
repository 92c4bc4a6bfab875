"""Sentences that stand together in a passage, short enough for a message."""

from collections.abc import Iterator

from cci_app.language.sentences import BULLET

LONGEST_ANSWER = 450
MOST_SENTENCES = 3


def windows(parts: list[str], longest: int = LONGEST_ANSWER) -> Iterator[tuple[int, int]]:
    """Begin and end of all runs of sentences that fit, from each beginning the shorter first."""
    for begin in range(len(parts)):
        for end in range(begin + 1, len(parts) + 1):
            if not fits(parts[begin:end], longest):
                break
            yield begin, end


def fits(parts: list[str], longest: int = LONGEST_ANSWER) -> bool:
    """Whether these sentences are short enough for an answer; a list counts as one of them."""
    prose = sum(not part.startswith(BULLET) for part in parts)
    count = prose + (prose < len(parts))
    return count <= MOST_SENTENCES and len(joined(parts)) <= longest


def joined(parts: list[str]) -> str:
    """Sentences as a paragraph, items of a list on lines of their own."""
    text = ""
    for part in parts:
        space = "\n" if part.startswith(BULLET) else " "
        text += (space if text else "") + part
    return text


def headed(text: str, heading: str | None) -> str:
    """A quote on one line, under what it stands under."""
    above = (heading or "").strip("¿?¡! ")
    plain = " ".join(text.replace(BULLET, "").split())
    return f"{above} – {plain}" if above and plain else plain
