"""Chatbots: made from a template, changed, tried, compared, published and taken back."""

import json
import uuid
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, current_app, request

from cci_app.admin.chatbots import acts
from cci_app.admin.chatbots.comparing import compare_chatbot
from cci_app.admin.chatbots.schemas import BeginChatbotPayload, ChatbotTrialPayload
from cci_app.admin.chatbots.trying import try_chatbot
from cci_app.assistants.chatbots import register
from cci_app.assistants.chatbots.draft import read_draft
from cci_app.assistants.chatbots.templates import LANGUAGES, load_templates
from cci_app.conversation.service import get_conversation
from cci_app.core.errors import CciError, InvalidInput
from cci_app.dashboard.asked import between_commas, loaded
from cci_app.dashboard.frame import go, organisation_id, page
from cci_app.dashboard.on_the_web import on_the_web
from cci_app.dashboard.words import NAMES, gettext
from cci_app.tools.own.registers import own_tools, tool_servers

_HERE: Final = "/admin/chatbots"
# Those of ours that need nothing said; one that has options keeps them.
_PLAIN_TOOLS: Final = ("rag_search", "hand_to_human", "look_up_contact", "capture_lead")
_TEXTS: Final = ("greeting", "unknown", "stopped")
_MOST_DOCUMENTS: Final = 20
_MOST_SAID: Final = 10


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/chatbots")(show_chatbots)
    pages.post("/chatbots")(begin_chatbot)
    pages.get("/chatbots/<uuid:chatbot_id>")(show_chatbot)
    pages.post("/chatbots/<uuid:chatbot_id>")(change_draft)
    pages.post("/chatbots/<uuid:chatbot_id>/try")(try_draft)
    pages.post("/chatbots/<uuid:chatbot_id>/compare")(compare_versions)
    pages.post("/chatbots/<uuid:chatbot_id>/publish")(publish_chatbot)
    pages.post("/chatbots/<uuid:chatbot_id>/withdraw")(withdraw_chatbot)
    pages.post("/chatbots/<uuid:chatbot_id>/remove")(remove_chatbot)


def show_chatbots(problem: str | None = None) -> str:
    """The chatbots there are, and what one can be begun with."""
    settings = current_app.config["SETTINGS"]
    return page(
        "chatbots",
        chatbots=register.list_chatbots(organisation_id()),
        templates=load_templates(settings.chatbot_templates_path),
        has_model=bool(settings.default_models),
        languages=_languages(),
        given=request.form,
        chosen=request.form.getlist("languages"),
        problem=problem,
    )


def begin_chatbot() -> Any:
    """Make one from a template."""
    form = request.form
    try:
        given = loaded(
            BeginChatbotPayload(),
            {name: form.get(name, "") for name in ("name", "title")} | {"languages": form.getlist("languages")},
        )
        made = acts.make_from_template(organisation_id(), form.get("template", ""), **given)
    except InvalidInput as error:
        told = gettext("Give it a name of small letters, a title, a language and a template.")
        return show_chatbots(told if "languages" in error.details or "name" in error.details else error.message)
    except CciError as error:
        return show_chatbots(error.message)
    return go(f"{_HERE}/{made['id']}")


def show_chatbot(chatbot_id: uuid.UUID, **more: Any) -> str:
    """One of them: its draft, a trial of it, and its versions."""
    whose = organisation_id()
    chatbot = register.find_chatbot(whose, chatbot_id)
    draft = more.pop("draft", None) or chatbot["draft"]
    tools = draft.get("tools", ())
    return page(
        "chatbot",
        chatbot=chatbot,
        draft=draft,
        versions=register.list_versions(whose, chatbot_id),
        languages=_languages(),
        plain_tools=_tool_names(),
        other_tools=[name for name in tools if name not in _PLAIN_TOOLS],
        own_tools=[each.name for each in own_tools.list(whose)],
        servers=[each.name for each in tool_servers.list(whose)],
        texts=_text_names(),
        web=on_the_web(chatbot["name"]),
        **{"said": [], "state": {}, "problem": None, "compared": None, **more},
    )


def change_draft(chatbot_id: uuid.UUID) -> Any:
    """Keep what the form says; what it does not show stays."""
    before = register.find_chatbot(organisation_id(), chatbot_id)["draft"]
    draft = _filled_in(before)
    try:
        register.change_chatbot(organisation_id(), chatbot_id, read_draft(draft))
    except CciError as error:
        return show_chatbot(chatbot_id, draft=draft, problem=error.message)
    return go(f"{_HERE}/{chatbot_id}")


def try_draft(chatbot_id: uuid.UUID) -> str:
    """Say something to the draft; what was said before comes with the form, and is kept nowhere."""
    said = [each for each in _json("said", []) if isinstance(each, dict)][-_MOST_SAID:]
    try:
        given = loaded(ChatbotTrialPayload(), {"message": request.form.get("message", ""), "state": _json("state", {})})
        tried = try_chatbot(get_conversation().catalogue, organisation_id(), chatbot_id, **given)
    except CciError as error:
        return show_chatbot(chatbot_id, said=said, problem=error.message)
    told = {name: tried[name] for name in ("reply", "handed_over", "tool_calls", "sources")}
    return show_chatbot(chatbot_id, said=[*said, {"message": given["message"], **told}], state=tried["state"])


def compare_versions(chatbot_id: uuid.UUID) -> str:
    """The draft beside a version."""
    version = request.form.get("version", "")
    one = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
    try:
        found = compare_chatbot(get_conversation().catalogue, organisation_id(), chatbot_id, one, None)
    except InvalidInput as error:
        return show_chatbot(chatbot_id, problem=error.message)
    return show_chatbot(chatbot_id, compared={**found, "version": one})


def publish_chatbot(chatbot_id: uuid.UUID) -> Any:
    """Let the draft answer, or an earlier version again."""
    version = request.form.get("version", "")
    try:
        acts.publish(organisation_id(), chatbot_id, int(version) if version.isascii() and version.isdigit() else None)
    except (InvalidInput, CciError) as error:
        return show_chatbot(chatbot_id, problem=error.message)
    return go(f"{_HERE}/{chatbot_id}#versions")


def withdraw_chatbot(chatbot_id: uuid.UUID) -> Any:
    """Let it answer nobody."""
    acts.withdraw(organisation_id(), chatbot_id)
    return go(f"{_HERE}/{chatbot_id}#versions")


def remove_chatbot(chatbot_id: uuid.UUID) -> Any:
    """Remove it."""
    acts.remove(organisation_id(), chatbot_id)
    return go(_HERE)


def _filled_in(before: Mapping[str, Any]) -> dict[str, Any]:
    """The draft as the form has it, over what there was."""
    form = request.form
    spoken = [code for code in LANGUAGES if code in form.getlist("languages")]
    others = [code for code in before.get("languages", ()) if code not in LANGUAGES]
    known = before.get("tools", {})
    kept = dict(known) if isinstance(known, dict) else dict.fromkeys(known)
    tools = {name: kept.get(name) for name in [*_PLAIN_TOOLS, *kept] if name in form.getlist("tools")}
    tools |= {name: options for name, options in kept.items() if name not in _PLAIN_TOOLS}
    texts = dict(before.get("texts", {}))
    for name in _TEXTS:
        said = {code: form.get(f"{name}_{code}", "").strip() for code in spoken}
        written = {code: text for code, text in said.items() if text}
        texts.pop(name, None)
        if written:
            texts[name] = written
    draft = {
        **before,
        "title": form.get("title", "").strip(),
        "persona": form.get("persona", ""),
        "languages": [*spoken, *others],
        "tools": tools,
        "own_tools": form.getlist("own_tools"),
        "servers": form.getlist("servers"),
        "documents": _documents(),
        "texts": texts,
    }
    draft.pop("default_language", None)
    for name in ("model", "temperature"):
        draft.pop(name, None)
    if models := between_commas(form.get("model", "")):
        draft["model"] = models
    if temperature := form.get("temperature", "").strip():
        draft["temperature"] = temperature
    return draft


def _documents() -> list[dict[str, Any]]:
    form = request.form
    found = []
    for number in range(_MOST_DOCUMENTS):
        title, text = (form.get(f"document_{part}_{number}", "").strip() for part in ("title", "text"))
        if title or text:
            language = form.get(f"document_language_{number}") or None
            found.append({"title": title, "text": text, **({"language": language} if language else {})})
    return found


def _json(name: str, default: Any) -> Any:
    """What a hidden field of the form carries; what is none is nothing."""
    try:
        read = json.loads(request.form.get(name, ""))
    except ValueError:
        return default
    return read if isinstance(read, type(default)) else default


def _languages() -> list[tuple[str, str]]:
    return [(code, NAMES[code]) for code in LANGUAGES]


def _tool_names() -> list[tuple[str, str]]:
    names = {
        "rag_search": gettext("Searches the documents"),
        "hand_to_human": gettext("Calls a human"),
        "look_up_contact": gettext("Knows who writes, from the contact book"),
        "capture_lead": gettext("Notes who is interested in what"),
    }
    return list(names.items())


def _text_names() -> list[tuple[str, str]]:
    names = {
        "greeting": gettext("Greeting"),
        "unknown": gettext("When it does not know"),
        "stopped": gettext("When its limit is reached"),
    }
    return list(names.items())
