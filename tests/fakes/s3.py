"""A small S3 on loopback: enough of GET, PUT, HEAD and DELETE for the real client."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from cci_app.core import s3

_ERROR = '<?xml version="1.0"?><Error><Code>{code}</Code><Message>{code}</Message></Error>'


class FakeS3:
    """Objects by `/bucket/key`. A path in `refused` answers with that status and code."""

    def __init__(self, server: HTTPServer) -> None:
        self.objects: dict[str, bytes] = {}
        self.refused: dict[str, tuple[int, str]] = {}
        self.endpoint = server.url_for("")
        server.expect_request(re.compile(".*")).respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        path = request.path
        assert request.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=test/")
        if path in self.refused:
            status, code = self.refused[path]
            return Response(_ERROR.format(code=code), status, content_type="application/xml")
        if request.method == "PUT":
            assert "aws-chunked" not in request.headers.get("Content-Encoding", "")
            self.objects[path] = request.get_data()
            return Response("", 200, headers={"ETag": '"1"'})
        if request.method == "DELETE":
            self.objects.pop(path, None)
            return Response("", 204)
        if path not in self.objects:
            return Response(_ERROR.format(code="NoSuchKey"), 404, content_type="application/xml")
        return Response(self.objects[path], 200, content_type="application/octet-stream")


@contextmanager
def fake_s3(server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeS3]:
    """S3 as boto3 finds it: by its own environment variables."""
    fake = FakeS3(server)
    for name, value in {
        "AWS_ENDPOINT_URL_S3": fake.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    s3.client.cache_clear()
    try:
        yield fake
        server.check_assertions()
    finally:
        s3.client().close()
        s3.client.cache_clear()
