"""What a message was taken for, in words."""

from cci_app.agents.questionnaire.understanding import Intent
from cci_app.dashboard.words import gettext


def intent_name(intent: str | None) -> str:
    """The name of an intent; one that an agent of its own gave stays as it is."""
    names = {
        Intent.ANSWER: gettext("an answer"),
        Intent.QUESTION: gettext("a question"),
        Intent.ANSWER_AND_QUESTION: gettext("an answer and a question"),
        Intent.SKIP: gettext("wants to skip the question"),
        Intent.BACK: gettext("wants to go back"),
        Intent.CORRECT: gettext("corrects an answer"),
        Intent.STOP: gettext("wants to stop"),
        Intent.RESUME: gettext("wants to go on"),
        Intent.RESTART: gettext("wants to begin anew"),
        Intent.CONFIRM: gettext("a yes"),
        Intent.DENY: gettext("a no"),
        Intent.HUMAN: gettext("wants a human"),
        Intent.CLARIFY: gettext("did not understand the question"),
        Intent.RECALL: gettext("asks what was answered"),
        Intent.COMPANY: gettext("names the company"),
        Intent.LANGUAGE: gettext("wants another language"),
        Intent.GREETING: gettext("a greeting"),
        Intent.HOW_ARE_YOU: gettext("asks how things are"),
        Intent.THANKS: gettext("thanks"),
        Intent.OKAY: gettext("an okay"),
        Intent.SMALL_TALK: gettext("small talk"),
        Intent.COMPLAINT: gettext("a complaint"),
        Intent.INSULT: gettext("an insult"),
        Intent.HOSTILE: gettext("an attempt to misuse the assistant"),
        Intent.PRIVATE: gettext("something private"),
        Intent.CONTACT_DATA: gettext("contact details"),
        Intent.LEAVE_ALONE: gettext("wants to be left alone"),
        Intent.ERASE: gettext("wants to be erased"),
        Intent.WRONG_PERSON: gettext("says that it is the wrong person"),
        Intent.GONE: gettext("has left the company"),
        Intent.OTHER_COMPANY: gettext("speaks for another company"),
        Intent.TROUBLE: gettext("has a trouble"),
        Intent.NOTHING: gettext("nothing that was understood"),
    }
    known = next((each for each in Intent if each == intent), None)
    return names[known] if known is not None else intent or gettext("not known")
