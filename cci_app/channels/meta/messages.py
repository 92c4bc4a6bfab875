"""Parts as Meta's Cloud API takes them."""

from typing import Any

from cci_app.channels.markup import WHATSAPP, marked_up, without_marks
from cci_app.channels.message import (
    Audio,
    Button,
    Buttons,
    Choice,
    Choices,
    Document,
    File,
    Image,
    Link,
    Location,
    Part,
    Reaction,
    Template,
    Text,
    Video,
)
from cci_app.channels.meta.wire import CUT

TEXT_LENGTH = 4096
CAPTION_LENGTH = _BODY_LENGTH = 1024
_BUTTON_LENGTH = 20
_ROW_LENGTH = 24
_DESCRIPTION_LENGTH = 72
_ID_LENGTH = 200
_FILES: tuple[tuple[type[File], str], ...] = (
    (Image, "image"),
    (Audio, "audio"),
    (Video, "video"),
    (Document, "document"),
)


def body_of(part: Part) -> dict[str, Any] | None:
    """The type and content of a message that shows the part; None where it is too long to be one."""
    if isinstance(part, File) and part.url:
        return _file(part)
    if isinstance(part, Buttons | Choices | Link) and len(part.text) <= _BODY_LENGTH:
        return {"type": "interactive", "interactive": _interactive(part)}
    if isinstance(part, Template):
        values = [{"type": "text", "text": value} for value in part.values]
        components = [{"type": "body", "parameters": values}] if values else []
        template = {"name": part.name, "language": {"code": part.language}, "components": components}
        return {"type": "template", "template": template}
    if isinstance(part, Location) and part.latitude is not None and part.longitude is not None:
        named = {name: value for name, value in (("name", part.name), ("address", part.address)) if value}
        return {"type": "location", "location": {"latitude": part.latitude, "longitude": part.longitude, **named}}
    if isinstance(part, Reaction) and part.to:
        return {"type": "reaction", "reaction": {"message_id": part.to, "emoji": part.emoji}}
    text = marked_up(part.text if isinstance(part, Text) else part.plain, WHATSAPP)
    return {"type": "text", "text": {"body": text, "preview_url": False}} if len(text) <= TEXT_LENGTH else None


def _file(part: File) -> dict[str, Any]:
    name = next((name for kind, name in _FILES if isinstance(part, kind)), "document")
    file: dict[str, Any] = {"link": part.url}
    if part.caption and name != "audio":
        file["caption"] = marked_up(part.caption[:CAPTION_LENGTH], WHATSAPP)
    if name == "document" and part.name:
        file["filename"] = part.name
    return {"type": name, name: file}


def _interactive(part: Buttons | Choices | Link) -> dict[str, Any]:
    body = {"body": {"text": marked_up(part.text, WHATSAPP)}}
    if isinstance(part, Buttons):
        buttons = [{"type": "reply", "reply": _titled(button, _BUTTON_LENGTH)} for button in part.buttons]
        return {"type": "button", **body, "action": {"buttons": buttons}}
    if isinstance(part, Choices):
        rows = [_titled(choice, _ROW_LENGTH) for choice in part.choices]
        for row, choice in zip(rows, part.choices, strict=True):
            if choice.description:
                row["description"] = _cut(choice.description, _DESCRIPTION_LENGTH)
        action = {"button": _cut(part.label, _BUTTON_LENGTH), "sections": [{"rows": rows}]}
        return {"type": "list", **body, "action": action}
    parameters = {"display_text": _cut(part.label, _BUTTON_LENGTH), "url": part.url}
    return {"type": "cta_url", **body, "action": {"name": "cta_url", "parameters": parameters}}


def _titled(one: Button | Choice, length: int) -> dict[str, str]:
    """An answer as it is shown. Where its title has to be cut, the id has it whole: that is what was chosen."""
    title = without_marks(one.title)
    return {"id": (one.id if len(title) <= length else title)[:_ID_LENGTH], "title": _cut(title, length)}


def _cut(text: str, length: int) -> str:
    text = without_marks(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + CUT
