"""S3 and what speaks its protocol: addresses, the client, and its errors in our words.

boto3 reads its own variables (`AWS_ACCESS_KEY_ID`, `AWS_REGION`, `AWS_ENDPOINT_URL_S3` and so on) or the role of the
machine; it is imported when an address asks for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from cci_app.core.errors import CciError, Forbidden, InvalidInput, NotFound, Unavailable

SCHEME = "s3://"


def split_address(address: str) -> tuple[str, str]:
    """Bucket and key (or prefix) of `s3://bucket/key`. Raises InvalidInput."""
    bucket, _, key = address.removeprefix(SCHEME).partition("/")
    if not address.startswith(SCHEME) or not bucket:
        raise InvalidInput(f"an S3 address is s3://bucket/key, not {address}")
    return bucket, key


@lru_cache(maxsize=1)
def client() -> Any:
    """The process' client, which threads may share."""
    import boto3
    from botocore.config import Config

    options = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2, "mode": "standard"})
    return boto3.client("s3", config=options)


@contextmanager
def errors_of(address: str) -> Iterator[None]:
    """Turn what boto3 raises inside into NotFound, Forbidden or Unavailable, naming `address`."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _said(error, address) from error
    except BotoCoreError as error:
        # Credentials and region that are missing belong here too: the message says which.
        raise Unavailable(f"{address} cannot be reached: {error}") from error


def _said(error: Any, address: str) -> CciError:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    code = error.response.get("Error", {}).get("Code", "")
    if status == 404:
        return NotFound(f"{address} does not exist")
    if status in {401, 403}:
        return Forbidden(f"{address} may not be used with the credentials at hand ({code})")
    return Unavailable(f"{address} cannot be used at present ({code or status})")
