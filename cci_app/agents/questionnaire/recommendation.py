"""Which services fit the answers, and in which of the person's words that shows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cci_app.agents.questionnaire.content import QuestionnaireContent, Service
from cci_app.agents.questionnaire.reading import pattern_of, words_of

# A second service is worth mentioning when it comes this near to the first, and not on one light word alone.
_NEAR = 0.4
_ENOUGH = 3
_PIECES = re.compile(r"[.;!?\n]+|,\s+|\s+(?:mais|pero)\s+")


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One main service and at most one more. `quote` is the piece of an answer that speaks for the first, or empty."""

    main: Service
    quote: str
    second: Service | None


def recommend(content: QuestionnaireContent, answers: Mapping[int, str]) -> Recommendation:
    """Score every service by its words in the answers, each answer with its question's weight.

    `answers` are the texts by question number, without skipped ones. Ties go to the order of the file.
    """
    scores: dict[str, int] = {}
    best_piece: dict[str, tuple[int, str]] = {}
    for number, question in enumerate(content.questions, start=1):
        words = words_of(answers.get(number, ""))
        if not words or question.weight == 0:
            continue
        for service in content.services:
            found = {match.group() for match in pattern_of(service.words).finditer(words)}
            if not found:
                continue
            # The second word of one answer adds little: length must not outweigh meaning.
            scores[service.id] = scores.get(service.id, 0) + 2 * question.weight + len(found) - 1
            if question.weight > best_piece.get(service.id, (0, ""))[0]:
                best_piece[service.id] = (question.weight, _piece(answers[number], service))
    ranked = sorted(
        (service for service in content.services if service.id in scores), key=lambda service: -scores[service.id]
    )
    if not ranked:
        default = next(service for service in content.services if service.id == content.default_service)
        return Recommendation(default, "", None)
    main = ranked[0]
    second = ranked[1] if len(ranked) > 1 else None
    if second is not None and scores[second.id] < max(_ENOUGH, _NEAR * scores[main.id]):
        second = None
    return Recommendation(main, best_piece[main.id][1], second)


def _piece(answer: str, service: Service) -> str:
    """The clause of `answer` in which the service's words stand; the whole answer where that is one word."""
    pattern = pattern_of(service.words)
    for piece in _PIECES.split(answer):
        if len(piece.split()) >= 2 and pattern.search(words_of(piece)):
            return piece
    return answer
