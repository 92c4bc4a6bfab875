"""What an organisation begins a chatbot with: drafts that are content of a folder, a file each."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cci_app.assistants.chatbots.draft import ChatbotDraft, read_draft
from cci_app.assistants.files import problems_of
from cci_app.core.errors import CannotStart, InvalidInput, NotFound
from cci_app.core.yaml_text import NotYaml, read_yaml
from cci_app.language.localised import Content, Localised

# The languages that the templates are written in.
LANGUAGES = ("es", "fr", "en")


class ChatbotTemplate(Content):
    """A draft to begin with; `{title}` in its texts is the chatbot's. `needs_model`: rules alone cannot do it."""

    title: Localised
    about: Localised
    needs_model: bool = False
    draft: dict[str, Any]

    def begin(self, title: str, languages: Sequence[str]) -> ChatbotDraft:
        """The draft of a chatbot of that title in those languages. Raises InvalidInput."""
        unknown = sorted(set(languages) - set(LANGUAGES))
        if unknown:
            told = f"{unknown[0]} is none of the languages of templates: {', '.join(LANGUAGES)}"
            raise InvalidInput(told, details={"languages": [told]})
        return read_draft({**_filled(self.draft, title, languages), "title": title, "languages": list(languages)})


def load_templates(folder: Path) -> Mapping[str, ChatbotTemplate]:
    """The templates of a folder by the names of their files. Raises CannotStart, naming the file and what is wrong."""
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            found[path.stem] = ChatbotTemplate.model_validate(read_yaml(path.read_text(encoding="utf-8")))
        except ValidationError as error:
            raise CannotStart(f"{path}: {problems_of(error)}") from error
        except (OSError, UnicodeDecodeError, NotYaml) as error:
            raise CannotStart(f"{path}: {error}") from error
    return found


def find_template(folder: Path, name: str) -> ChatbotTemplate:
    """The template of that name. Raises NotFound."""
    templates = load_templates(folder)
    if name not in templates:
        raise NotFound(f"there is no template {name}; there are: {', '.join(templates)}")
    return templates[name]


def _filled(value: Any, title: str, languages: Sequence[str]) -> Any:
    """The value with the title in its texts, and of what is said in several languages those that are spoken."""
    if isinstance(value, str):
        return value.replace("{title}", title)
    if isinstance(value, dict):
        spoken = bool(value) and set(value) <= set(LANGUAGES)
        return {key: _filled(each, title, languages) for key, each in value.items() if not spoken or key in languages}
    return [_filled(each, title, languages) for each in value] if isinstance(value, list) else value
