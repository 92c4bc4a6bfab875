# ruff: noqa: E501 (lists of alternatives read better in long lines)
"""What belongs to no language, or to those who write in English to a French or Spanish assistant."""

from typing import Final

from cci_app.agents.questionnaire.lexicon.entries import Lexicon

SHARED: Final = Lexicon(
    greeting=("hello|hi|hey|good (?:morning|afternoon|evening)",),
    thanks=("thanks|thank you(?: (?:very|so) much)?|thx|ty",),
    okay=("ok|okay|oki|okey|k|kk|fine|great|perfect|cool|good",),
    laugh=(r"(?:lo+l|x+d+|(?:ha|he|hi|ja|je|ji|ah|eh)+h?j?)",),
    leave_alone=("unsubscribe|leave me alone",),
    stop=("stop|stop it|not now|later|quit|exit|cancel",),
    back=("back|go back|previous",),
    skip=("skip|next|n ?a|none of your business",),
    restart=("restart|reset|start over|start again",),
    erase=("erase|delete",),
    human=("(?:i want to |can i )?(?:speak|talk) (?:to|with) (?:a |some)?(?:human|person|one|someone|agent)",),
    just_yes=("yes|yep|yeah|y",),
    just_no=("no|nope|n",),
    yes_start=("yes|yep|yeah",),
    no_start=("no|nope|not yet",),
    question_start=("(?:what|how|when|where|who|which|why|can|do|does|is|are)",),
    please=(r"\b(?:please|pls)\b",),
    bare_question_start=("(?:what is|how (?:do|can|much|to)|can you|do you|is there)",),
    insult=(r"\b(?:fuck\w*|shit|asshole|bitch|bastard|idiots?)\b",),
    hostile=(
        r"(?:ignore|disregard|forget) (?:all |any )?(?:your |the |my |previous |prior |above |these )+(?:instructions?|prompts?|rules?)|"
        r"system prompt|(?:print|show|reveal|repeat|tell me) (?:me )?(?:your |the )(?:\w+ )?(?:prompt|instructions)|"
        r"you are (?:now|no longer)|act as (?:a|an|if)|developer mode|jailbreak|do anything now|"
        r"(?:drop|truncate|alter|delete from|insert into) (?:table |database )?\w+|union (?:all )?select|select .{1,60} from \w+|or 1 1\b|"
        r"(?:api|secret) key|bearer token|etc passwd",
    ),
    # What a program writes where a field is empty names nobody.
    empty=frozenset({"none", "null", "nil", "nan", "undefined"}),
    private=(r"(?:phone|number|email|data|answers) of (?:other|another|all|the other)",),
)  # fmt: skip
