"""The chamber's assistant as its file holds it."""

import pytest

from cci_app.agents.questionnaire.agent import examples_of
from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.assistants.files import load_specs
from cci_app.assistants.spec import AssistantSpec
from config.settings import ROOT
from tests.agents.understand import Understand


@pytest.fixture(scope="session")
def spec() -> AssistantSpec:
    """The assistant of the mission's main job."""
    return load_specs(ROOT / "config" / "assistants")["cci"]


@pytest.fixture(scope="session")
def content(spec: AssistantSpec) -> QuestionnaireContent:
    """Its questionnaire."""
    content = spec.agents["questionnaire"]
    assert isinstance(content, QuestionnaireContent)
    return content


@pytest.fixture(scope="session", autouse=True)
def _learnt(content: QuestionnaireContent) -> None:
    """What its examples tell is learnt before anything is asked: a busy machine may take long."""
    examples_of(content).learnt()


@pytest.fixture
def understand(content: QuestionnaireContent) -> Understand:
    """The rules for its languages."""
    return Understand(content)
