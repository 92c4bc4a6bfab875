"""OpenAI's embeddings and Pinecone on loopback, as their wires are; the real clients speak to them."""

import base64
import json
import math
import struct
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from werkzeug import Request, Response

from cci_app.llm.offline_embedding import OfflineEmbedding

KEY = "sk-fictional"


@dataclass
class FakeOpenAI:
    """Embeds as the offline model does, and keeps what it was asked. `fails` is answered first, one after the other."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    fails: list[Response] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        body: dict[str, Any] = json.loads(request.get_data())
        self.asked.append(body)
        if self.fails:
            return self.fails.pop(0)
        vectors = OfflineEmbedding().embed(body["input"], 1)
        data = [
            {"object": "embedding", "index": index, "embedding": base64.b64encode(_packed(vector)).decode()}
            for index, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return _json({"object": "list", "data": data, "model": body["model"], "usage": usage})


@dataclass
class FakePinecone:
    """An index that compares by cosine, in memory. `down` makes it answer 503."""

    vectors: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    down: bool = False
    queries: int = 0

    def __call__(self, request: Request) -> Response:
        assert request.headers["Api-Key"] == KEY
        if self.down:
            return _json({"code": 14, "message": "down", "details": []}, status=503)
        if request.path == "/vectors/list":
            ids = [{"id": each} for each in sorted(self.vectors[request.args["namespace"]])]
            return _json({"vectors": ids, "namespace": request.args["namespace"], "usage": {"readUnits": 1}})
        body: dict[str, Any] = json.loads(request.get_data())
        known = self.vectors[body["namespace"]]
        answers: dict[str, Callable[[], dict[str, Any]]] = {
            "/vectors/upsert": lambda: self._upsert(known, body),
            "/query": lambda: self._query(known, body),
            "/vectors/delete": lambda: self._delete(known, body),
        }
        return _json(answers[request.path]())

    def _upsert(self, known: dict[str, dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
        for each in body["vectors"]:
            assert len(each["values"]) == 1536
            known[each["id"]] = each
        return {"upsertedCount": len(body["vectors"])}

    def _query(self, known: dict[str, dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
        self.queries += 1
        matches = [
            {"id": each["id"], "score": _cosine(body["vector"], each["values"]), "values": []}
            for each in known.values()
            if all(each["metadata"][name] == wanted["$eq"] for name, wanted in body["filter"].items())
        ]
        matches.sort(key=lambda match: -float(match["score"]))
        return {"matches": matches[: body["topK"]], "namespace": body["namespace"], "usage": {"readUnits": 1}}

    def _delete(self, known: dict[str, dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
        for each in body["ids"]:
            known.pop(each, None)
        return {}


def described(name: str, host: str) -> Response:
    """What Pinecone's API of indexes says of an index."""
    schema = {"fields": {"_values": {"type": "dense_vector", "dimension": 1536, "metric": "cosine"}}}
    return _json(
        {
            "name": name,
            "host": host,
            "status": {"ready": True, "state": "Ready"},
            "schema": schema,
            "deployment": {
                "deployment_type": "managed",
                "cloud": "aws",
                "region": "us-east-1",
                "environment": "aped-0000-0000",
            },
            "deletion_protection": "disabled",
        }
    )


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")


def _packed(vector: list[float]) -> bytes:
    return struct.pack(f"<{len(vector)}f", *vector)


def _cosine(one: list[float], other: list[float]) -> float:
    dot = sum(left * right for left, right in zip(one, other, strict=True))
    return dot / (math.hypot(*one) * math.hypot(*other))
