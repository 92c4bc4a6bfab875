"""What vendors and services really answer: each in the class that it belongs to, and the form wherever it was put."""

import json
from typing import Any, Literal

import pytest
from pydantic import Field

from cci_app.agents.questionnaire.interpreting import Understood
from cci_app.core.deadline import Deadline
from cci_app.core.errors import Unavailable
from cci_app.llm.calls import CallOutcome, ModelCall, gathered
from cci_app.llm.chat import Request
from cci_app.llm.failures import outcome_of_status
from cci_app.llm.forms import Form, filled_in
from tests.fakes.models import FakeModels, Reply, filled
from tests.llm.test_chat import PROVIDERS, models

HOURS = "quels sont vos horaires ?"
QUESTION = {"intent": "question", "question": HOURS}
WRITTEN = json.dumps(QUESTION)
ASKED = Request("understand", "File it.", '{"message": "…"}', Understood)
FENCED = f"```json\n{WRITTEN}\n```"
FILTERED = {
    "error": {
        "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": {"code": "ResponsibleAIPolicyViolation"},
    }
}


def call(arguments: Any, name: str = "Understood") -> dict[str, Any]:
    return {"id": "c1", "type": "function", "function": {"name": name, "arguments": arguments}}


def said(message: dict[str, Any], finish: str = "stop") -> Reply:
    """An answer of a service that speaks as OpenAI, as it is."""
    choice = {"index": 0, "message": {"role": "assistant", "content": None, **message}, "finish_reason": finish}
    body = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return Reply(raw=json.dumps(body).encode())


def refused(status: int, body: dict[str, Any]) -> Reply:
    return Reply(status=status, raw=json.dumps(body).encode())


def understood(reply: Reply, name: str = "openai:m") -> tuple[Understood | None, list[ModelCall]]:
    with FakeModels([reply]) as fake, gathered() as calls:
        chat = models(fake).chain([name])
        assert chat is not None
        try:
            return chat.ask(ASKED, lambda form: form, Deadline.after(60)), calls
        except Unavailable:
            return None, calls


@pytest.mark.parametrize(
    "given",
    [
        {**QUESTION, "answer": None, "tone": None, "vague": None, "price": None, "dissatisfied": None, "number": None},
        {**QUESTION, "number": "", "company": None, "person": None},
        {"intent": "Question", "question": HOURS, "tone": "Plain", "vague": "false"},
        {"intent": [" QUESTION "], "question": [HOURS], "number": "null", "extra": {"a": 1}},
    ],
)
@pytest.mark.parametrize("name", PROVIDERS.values())
def test_case_33_a_value_that_can_only_mean_one_thing_is_that_thing(name: str, given: dict[str, Any]) -> None:
    form, (made,) = understood(filled(**given), name)
    assert form == Understood.model_validate(QUESTION)
    assert made.outcome == "answered"


@pytest.mark.parametrize(
    "given", [{"intent": None}, {"intent": ""}, {"intent": "perhaps"}, {"number": 3}, {**QUESTION, "number": "many"}]
)
def test_case_33_what_cannot_be_right_is_refused(given: dict[str, Any]) -> None:
    form, (made,) = understood(filled(**given))
    assert form is None
    assert made.outcome == "garbage"


@pytest.mark.parametrize(
    ("field", "given", "meant"),
    [
        ("intent", "Answer-and question", "answer_and_question"),
        ("number", " 3 ", 3),
        ("number", 3.0, 3),
        ("answer", 25, "25"),
        ("vague", "yes", True),
        ("vague", "Oui", True),
        ("price", {}, None),
        ("tone", "null", "plain"),
        ("intent", "Intent.ANSWER_AND_QUESTION", "answer_and_question"),
        ("intent", "'answerAndQuestion'.", "answer_and_question"),
        ("number", [], None),
        ("company", "N/A", None),
        ("answer", "null", ""),
        ("answer", "None", "None"),
        ("Number ", "2", 2),
    ],
)
def test_values_in_another_type_case_or_padding(field: str, given: Any, meant: Any) -> None:
    assert getattr(Understood.model_validate({**QUESTION, field: given}), field.strip().lower()) == meant


def test_an_object_that_is_asked_for_may_hold_nothing() -> None:
    class Planned(Form):
        plan: dict[str, Any]
        perhaps: dict[str, Any] | None = None

    assert Planned.model_validate({"plan": {}, "perhaps": {}}).model_dump() == {"plan": {}, "perhaps": {}}


def test_a_list_takes_one_value_as_a_list() -> None:
    class Numbers(Form):
        found: Literal["Yes", "No"]
        passages: list[int] = Field(default_factory=list)

    assert Numbers.model_validate({"found": "yes", "passages": "2"}).passages == [2]
    assert Numbers.model_validate({"found": "NO", "passages": None}) == Numbers(found="No")


MESSAGES = {
    "content": {"content": WRITTEN},
    "fence": {"content": FENCED},
    "fence among words": {"content": f"Here it is:\n{FENCED}\nThat is all."},
    "object": {"tool_calls": [call(QUESTION)]},
    "fenced arguments": {"tool_calls": [call(FENCED)]},
    "prefix": {"tool_calls": [call(WRITTEN, "functions.Understood")]},
    "other case": {"tool_calls": [call(WRITTEN, "understood")]},
    "first an empty call": {"tool_calls": [call("{}"), call(WRITTEN)]},
    "twice the same": {"tool_calls": [call(WRITTEN), call(FENCED)]},
    "form of old": {"function_call": {"name": "Understood", "arguments": WRITTEN}},
    "call written into the content": {"content": f'<tool_call>{{"name": "Understood", "arguments": {WRITTEN}}}'},
    "named object": {"content": json.dumps({"Understood": QUESTION})},
    "number behind the name": {"tool_calls": [call(WRITTEN, "functions.Understood:0")]},
    "channel behind the name": {"tool_calls": [call(WRITTEN, "Understood<|channel|>commentary")]},
    "no name": {"tool_calls": [call(WRITTEN, "")]},
    "text in a text": {"tool_calls": [call(json.dumps(WRITTEN))]},
    "list of one": {"tool_calls": [call([QUESTION])]},
    "wrapped arguments": {"tool_calls": [call(json.dumps({"parameters": QUESTION}))]},
    "schema with values": {"tool_calls": [call(json.dumps({"type": "object", "properties": QUESTION}))]},
    "other names around it": {"content": json.dumps({"action": "Understood", "action_input": QUESTION})},
    "thought before": {"content": f'Perhaps {{"intent": "greeting"}}? No.</think>\n{WRITTEN}'},
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_case_35_the_form_counts_wherever_it_was_put(message: dict[str, Any]) -> None:
    form, (made,) = understood(said(message))
    assert form == Understood.model_validate(QUESTION)
    assert made.outcome == "answered"


NO_FORM = {
    "prose": {"content": "They ask for the opening hours, so intent is question."},
    "two that differ": {"tool_calls": [call(WRITTEN), call(json.dumps({"intent": "greeting"}))]},
    "another tool": {"tool_calls": [call(WRITTEN, "Delete")]},
    "not the form": {"content": '{"colour": "red"}'},
}


@pytest.mark.parametrize("message", NO_FORM.values(), ids=NO_FORM)
def test_case_35_prose_and_contradictions_are_no_form(message: dict[str, Any]) -> None:
    form, (made,) = understood(said(message))
    assert form is None
    assert made.outcome == "garbage"


def test_a_long_content_is_not_searched_for_ever() -> None:
    assert filled_in(Understood, [], "{" * 19_000) is None
    assert filled_in(Understood, [], '{"a":' * 3_000) is None
    assert filled_in(Understood, [], WRITTEN + " " * 20_001) is None


FILTERS = {
    "azure": refused(400, FILTERED),
    "moderation": refused(403, {"error": {"code": 403, "message": "Your input was flagged by moderation"}}),
    "risk": refused(400, {"error": {"message": "Content Exists Risk", "type": "invalid_request_error"}}),
    "status of its own": refused(498, {"message": "blocked output: this generation may be potentially unsafe"}),
    "inspection": refused(400, {"error": {"code": "data_inspection_failed", "message": "Input data may not pass"}}),
    "end of a choice": said({"content": ""}, "content_filter"),
    "refusal": said({"content": None, "refusal": "I cannot help with that."}),
}


@pytest.mark.parametrize("reply", FILTERS.values(), ids=FILTERS)
def test_case_34_a_filtered_message_says_nothing_of_the_provider(reply: Reply) -> None:
    with FakeModels([reply, reply, reply, filled(**QUESTION)]) as fake, gathered() as calls:
        chat = models(fake).chain(["openai:m"])
        assert chat is not None
        for _ in range(3):
            with pytest.raises(Unavailable):
                chat.ask(ASKED, lambda form: form, Deadline.after(60))
        assert chat.ask(ASKED, lambda form: form, Deadline.after(60)).question == HOURS
    assert [each.outcome for each in calls] == ["filtered"] * 3 + ["answered"]


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("openai:m", Reply(status=401)),
        ("google_genai:m", refused(400, {"error": {"code": 400, "message": "API key not valid.", "status": "X"}})),
        ("anthropic:m", refused(400, {"error": {"type": "x", "message": "Your credit balance is too low"}})),
    ],
)
def test_case_34_a_wrong_key_or_an_empty_account_stops_the_provider(name: str, reply: Reply) -> None:
    with FakeModels([reply] * 3) as fake, gathered() as calls:
        chat = models(fake).chain([name])
        assert chat is not None
        for _ in range(5):
            with pytest.raises(Unavailable):
                chat.ask(ASKED, lambda form: form, Deadline.after(60))
    assert len(calls) == 3
    assert {each.outcome for each in calls} <= {"refused", "unpaid"}


STATUSES = {
    **dict.fromkeys((405, 410, 413, 415, 422, 451, 418, 307), CallOutcome.REFUSED),
    **dict.fromkeys((408, 409, 425, 500, 502, 504, 529), CallOutcome.FAILED),
    402: CallOutcome.UNPAID,
    429: CallOutcome.RATE_LIMITED,
    400: CallOutcome.INVALID,
}


@pytest.mark.parametrize("name", PROVIDERS.values())
@pytest.mark.parametrize("status", [status for status in STATUSES if status >= 400])
def test_case_36_every_status_has_a_class(name: str, status: int) -> None:
    _, (made,) = understood(Reply(status=status), name)
    assert made.outcome == STATUSES[status]


@pytest.mark.parametrize("status", range(100, 600))
def test_case_36_no_status_is_an_answer_that_could_not_be_read(status: int) -> None:
    assert (outcome_of_status(status, "") is CallOutcome.GARBAGE) == (status < 300)
    if status in STATUSES:
        assert outcome_of_status(status, "") is STATUSES[status]


def test_case_36_money_is_told_apart_whatever_the_status() -> None:
    for status, words in ((429, "You exceeded your current quota, check your plan and billing"), (403, "arrears")):
        assert outcome_of_status(status, words) is CallOutcome.UNPAID


@pytest.mark.parametrize(
    ("status", "said", "outcome"),
    [
        (
            429,
            "Rate limit reached on requests per min. You can add a payment method at /account/billing",
            "rate_limited",
        ),
        (429, "You exceeded your current quota, check your plan and billing. Please retry in 23.3s.", "rate_limited"),
        (429, "Your prepayment credits are depleted", "unpaid"),
        (429, "Request too large for m on tokens per min (TPM): Limit 30000, Requested 50000", "too_long"),
        (400, "Budget has been exceeded! Current cost: 10.1", "unpaid"),
        (401, "You have insufficient permissions for this operation. Missing scopes: model.request", "refused"),
        (403, "Requests from referer <empty> are blocked. API_KEY_HTTP_REFERRER_BLOCKED", "refused"),
        (403, "Sorry, you have been blocked", "refused"),
        (404, "No such model: names are case-sensitive", "refused"),
        (400, "Unsupported value: 'temperature' does not support 0.2 with this model.", "refused"),
        (400, "m does not support tools", "refused"),
        (400, "Model Not Exist", "refused"),
        (400, "User location is not supported for the API use.", "refused"),
        (400, "This organization has been disabled.", "refused"),
        (400, "the request exceeds the available context size", "too_long"),
        (498, "Flex tier capacity exceeded", "failed"),
        (499, "The operation was cancelled", "failed"),
    ],
)
def test_words_tell_apart_what_a_status_does_not(status: int, said: str, outcome: str) -> None:
    assert outcome_of_status(status, said) == outcome


def test_what_a_model_thought_is_not_said() -> None:
    with FakeModels([said({"content": "<think>They greet.</think>\n\nBuenos días."})]) as fake:
        chat = models(fake).chain(["openai:m"])
        assert chat is not None
        told = chat.converse(
            "talk", lambda model, given: model.invoke("Hola", **given), Deadline.after(60), with_tools=True
        )
    assert told.text == "Buenos días."
