"""A base address with too little or too much path: the service is found where it is, and what is wrong is told."""

import gc
import json
import re
import warnings

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from structlog.testing import capture_logs
from werkzeug import Response

from cci_app.llm.chat import ModelFailed
from cci_app.llm.names import ModelName
from cci_app.llm.openai_address import FindingClient
from cci_app.llm.openai_embedding import OpenAIEmbedding
from cci_app.llm.senses import OpenAISenses
from config.settings import Settings
from tests.fakes.models import FakeModels, Reply

HEARD = json.dumps({"text": "Bonjour"})
VECTORS = json.dumps({"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [1.0]}]})
ANYWHERE = re.compile(".*")


def not_there(said: str) -> Response:
    return Response(json.dumps({"error": {"message": said}}), 404, content_type="application/json")


def settings(server: HTTPServer, written: str) -> Settings:
    return Settings(openai_api_key=SecretStr("sk-fictional"), openai_base_url=server.url_for(written))


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("", "/openai/v1"),
        ("", "/api/v1"),
        ("/openai", "/openai/v1"),
        ("/api", "/v1"),
        ("/api", "/api/v1"),
        ("/api", "/api"),
        ("/api/version", "/v1"),
        ("/v1", ""),
        ("/v1beta", "/v1beta/openai"),
        ("/v1/files", "/v1"),
        ("/v1;", "/v1"),
        ("/proxy/v1/images/generations", "/proxy/v1"),
        ("/v1/own/gateway/openai", "/v1/own/gateway/openai"),
    ],
)
def test_case_37_a_service_is_found_at_its_path(httpserver: HTTPServer, written: str, right: str) -> None:
    httpserver.expect_request(f"{right}/audio/transcriptions").respond_with_data(HEARD, content_type="application/json")
    httpserver.expect_request(f"{right}/embeddings").respond_with_data(VECTORS, content_type="application/json")
    httpserver.expect_request(ANYWHERE).respond_with_handler(lambda _: not_there("Unknown request URL"))
    chosen = settings(httpserver, written)
    senses = OpenAISenses(chosen)
    assert senses.hear(b"OggS", "audio/ogg", 5.0) == "Bonjour"
    asked = len(httpserver.log)
    assert senses.hear(b"OggS", "audio/ogg", 5.0) == "Bonjour"
    assert len(httpserver.log) == asked + 1
    (vector,) = OpenAIEmbedding(ModelName.parse("openai:m"), chosen).embed(["a"], 5.0)
    assert vector[0] == 1.0


@pytest.mark.parametrize(
    ("said", "wrong"),
    [("Unknown request URL", True), ("The model `whisper-9` does not exist", False), ("model_not_found", False)],
)
def test_case_37_a_service_that_is_nowhere_is_told_and_not_sought_again_at_once(
    httpserver: HTTPServer, said: str, wrong: bool
) -> None:
    httpserver.expect_request(ANYWHERE).respond_with_handler(lambda _: not_there(said))
    senses = OpenAISenses(settings(httpserver, "/keys"))
    with capture_logs() as log:
        for _ in range(2):
            with pytest.raises(ModelFailed):
                senses.hear(b"OggS", "audio/ogg", 5.0)
    told = [(entry["log_level"], entry["setting"]) for entry in log if entry["event"] == "model_address_wrong"]
    assert told == ([("error", "OPENAI_BASE_URL")] if wrong else [])
    assert len(httpserver.log) == (2 + 6 if wrong else 2)


def test_a_client_that_is_garbage_closes_its_sockets_whatever_goes_first() -> None:
    with FakeModels([Reply(text="Bonjour")]) as fake, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        address = fake.settings["openai_base_url"]
        older = FindingClient(address)
        asked = {"model": "m", "messages": [{"role": "user", "content": "Bonjour"}]}
        older.post(f"{address}/chat/completions", json=asked)
        # Garbage is finished in the order of its age: a client that is younger than its socket goes after it.
        younger = FindingClient(address)
        older._transport, younger._transport = younger._transport, older._transport
        for each in (older, younger):
            each.ring = each  # type: ignore[attr-defined]
        del older, younger, each
        gc.collect()
    assert not [each for each in warned if each.category is ResourceWarning]
