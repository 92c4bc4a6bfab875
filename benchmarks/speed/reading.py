"""P7: what a model reads over a whole questionnaire, beside an agent loop that sends the whole conversation each time.

Both hold the same conversation, with the same replies and the same passages of the documents, through the real client.
The fake model counts a token for every four characters of the requests' bodies, schemas and all.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from langchain.agents import create_agent
from langchain_core.messages import AnyMessage, HumanMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from benchmarks.chaos.model_faults import Said
from benchmarks.chaos.people import Channel
from benchmarks.product import Product
from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.assistants.files import load_specs
from config.settings import ROOT
from tests.fakes.models import Asked, FakeModels, Reply, filled

GOAL = 0.4
_QUESTION = {"intent": "question"}
_ANSWER = {"intent": "answer"}
# Seven answers, and three questions in between.
_TALK = (
    ("Bonjour", None),
    ("Oui, j'ai accédé à l'espace membre", {**_ANSWER, "tone": "yes"}),
    ("on a fait le salon du vin et une mission à Medellín, très utile", {**_ANSWER, "tone": "positive"}),
    ("est-ce que vous aidez pour les visas de nos techniciens ?", _QUESTION),
    ("trouver un distributeur pour nos vins à Bogotá", _ANSWER),
    ("et comment se passe une mission commerciale ?", _QUESTION),
    ("un recrutement en avril", _ANSWER),
    ("rencontrer des distributeurs fiables", _ANSWER),
    ("est-ce que la Chambre loue des bureaux ?", _QUESTION),
    ("le réseau des membres", _ANSWER),
    ("un club d'acheteurs", _ANSWER),
)


@dataclass(slots=True)
class Spoken:
    """One exchange: what was said, the reply, and the passages that were found for it."""

    said: str
    reply: str
    passages: str = ""


@dataclass(slots=True)
class Reading:
    """Tokens read and calls made by the product, and by the agent loop."""

    ours: int = 0
    our_calls: int = 0
    resent: int = 0
    resent_calls: int = 0
    spoken: list[Spoken] = field(default_factory=list)


def measure(product: Product) -> Reading:
    """Hold the conversation with the product, then the same one with the agent loop."""
    reading = Reading()
    with FakeModels(_good) as fake:
        settings = {**fake.environment, "CHAT_MODEL": "openai:gpt-4o"}
        with product.web("wsgi:app", "reading", settings) as address:
            channel = Channel(address, product.key)
            for number, (said, _) in enumerate(_TALK):
                before = len(fake.asked)
                reply = channel.send(Said("+573500000001", f"[p7.{number}]", said))
                found = [json.loads(asked.user).get("passages") for asked in fake.asked[before:]]
                passages = next((json.dumps(each, ensure_ascii=False) for each in found if each), "")
                reading.spoken.append(Spoken(said, reply.text, passages))
        reading.ours, reading.our_calls = sum(asked.tokens for asked in fake.asked), len(fake.asked)
    questions = sum(intended is _QUESTION for _, intended in _TALK)
    if not json.loads(reply.body)["user_status"]["completed"] or questions != sum(
        bool(each.passages) for each in reading.spoken
    ):
        raise RuntimeError("the questionnaire did not go as it should")
    reading.resent, reading.resent_calls = _resend(reading.spoken)
    return reading


def _resend(spoken: Sequence[Spoken]) -> tuple[int, int]:
    """The same conversation with LangChain's agent loop, which carries all of it; tokens read, and calls."""
    found: list[str] = []

    @tool
    def search_documents(query: str) -> str:  # noqa: ARG001 (what was found is known)
        """Search the organisation's documents for passages that answer a question."""
        return found[-1]

    script: list[Reply] = []
    for each in spoken:
        script += [filled(query=each.said)] if each.passages else []
        script.append(Reply(text=each.reply))
    with FakeModels(script) as fake:
        model = ChatOpenAI(
            model="gpt-4o", api_key=SecretStr("sk-fictional"), base_url=f"{fake.address}/v1", max_retries=0
        )
        agent = create_agent(model, [search_documents], system_prompt=_system_prompt())
        messages: list[AnyMessage] = []
        for each in spoken:
            found.append(each.passages)
            messages = agent.invoke({"messages": [*messages, HumanMessage(each.said)]})["messages"]
        return sum(asked.tokens for asked in fake.asked), len(fake.asked)


def _system_prompt() -> str:
    """What an agent has to know to hold this conversation: the questions, the services, the contacts; one language."""
    spec = load_specs(ROOT / "config" / "assistants")["cci"]
    content = spec.agents["questionnaire"]
    assert isinstance(content, QuestionnaireContent)
    questions = "\n".join(f"{number}. {each.ask['fr']}" for number, each in enumerate(content.questions, start=1))
    services = "\n".join(f"- {each.name['fr']}: {each.benefit['fr']} (role {each.role})" for each in content.services)
    directory = content.directory.people
    people = "\n".join(f"- {each.name}, {each.city}: +{each.phone} ({', '.join(each.roles)})" for each in directory)
    return (
        f"You are the assistant of {spec.title} on WhatsApp. Answer in the person's language, in two or three short"
        " paragraphs. Ask these questions one at a time, in this order, and take note of each answer; ask a vague"
        " answer again once. Answer the person's own questions with search_documents and nothing else, naming the"
        " source, then ask the open question again. A person may skip, go back, correct, stop, restart, or ask for a"
        " human. At the end recommend one service, with the contact's wa.me link.\n\n"
        f"Questions:\n{questions}\n\nServices:\n{services}\n\nContacts:\n{people}"
    )


def _good(asked: Asked) -> Reply:
    told = json.loads(asked.user)
    if "passages" in told:
        return filled(
            found=True, answer="Oui, nous vous accompagnons pas à pas, avec l'équipe sur place.", passages=[1]
        )
    fields = dict(_TALK)[told["message"]]
    return filled(**fields) if fields else filled(intent="small_talk")
