"""What may be chosen on more than one page: the assistants, and the languages that any of them speaks."""

from collections.abc import Mapping

from cci_app.assistants.spec import AssistantSpec
from cci_app.dashboard.formats import language_name
from cci_app.dashboard.words import gettext

Choices = list[tuple[str, str]]


def assistants_of(specs: Mapping[str, AssistantSpec]) -> Choices:
    """The assistants by name, with their titles."""
    return [(name, spec.title) for name, spec in specs.items()]


def versions_of(specs: Mapping[str, AssistantSpec]) -> Choices:
    """The same, with the version that serves."""
    told = gettext("%(assistant)s, version %(version)s")
    return [(name, told % {"assistant": spec.title, "version": spec.version}) for name, spec in specs.items()]


def languages_of(specs: Mapping[str, AssistantSpec]) -> Choices:
    """The languages that are spoken, by code, with their names."""
    spoken = sorted({each for spec in specs.values() for each in spec.languages})
    return [(code, language_name(code).capitalize()) for code in spoken]
