"""The way to a server of objects: connections with timeouts and few retries, and the words for what it answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from urllib.parse import urlsplit

from minio import Minio
from minio.credentials.credentials import Credentials
from minio.helpers import DictType
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError, MaxRetryError, ReadTimeoutError

from ..address import Address

CONNECT_SECONDS = 5.0
_DENIED = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed"}
SIGNED_SHA256 = "x-amz-content-sha256"
FULL = {"XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded"}


class Client(Minio):
    """MinIO's SDK, which takes the sha256 of a body from whoever knows it already, over TLS too: it would hash each
    body once more."""

    def _build_headers(
        self,
        host: str,
        headers: DictType | None = None,
        body: bytes | None = None,
        creds: Credentials | None = None,
    ) -> tuple[DictType, datetime]:
        known = (headers or {}).get(SIGNED_SHA256)
        if known is None or body is None:
            return super()._build_headers(host, headers, body, creds)
        found, date = super()._build_headers(host, headers, None, creds)
        return {**found, SIGNED_SHA256: known, "Content-Length": str(len(body))}, date


class _Retries(Retry):
    """A server that hangs is asked once: asked again it would hang as long again."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: Any = None,
        error: Exception | None = None,
        _pool: Any = None,
        _stacktrace: Any = None,
    ) -> Self:
        if isinstance(error, ReadTimeoutError):
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)


def pool(connect_seconds: float, read_seconds: float, connections: int) -> PoolManager:
    """Connections that give up. Errors of status are answered, not raised, so that the server's own word is told."""
    again, busy = _Retries(3, 1, 1, status=2, backoff_factor=0.2), [502, 503, 504]
    retries = again.new(status_forcelist=busy, raise_on_status=False)
    return PoolManager(
        timeout=Timeout(connect=connect_seconds, read=read_seconds), maxsize=connections, retries=retries
    )


def unanswered(error: HTTPError) -> str:
    """What is wrong where no answer came, and what to do."""
    cause = error.reason if isinstance(error, MaxRetryError) else error
    if isinstance(cause, ReadTimeoutError):
        return "it does not answer in time; look whether the server hangs or is overloaded"
    return f"it cannot be reached ({type(cause).__name__}); start it, or check the endpoint and the network"


def answered(code: str, status: int) -> str:
    """What is wrong by the server's word and status, and what to do."""
    if code in FULL or status == 507:
        return f"its disk is full ({code}); free space on the server, then try again: nothing was stored"
    if code == "NoSuchBucket":
        return "the bucket is gone; restore it, or correct the store's address"
    if code in _DENIED:
        return f"the key is refused ({code}); check the access key, its secret and what it may do with the bucket"
    return f"it answers {code} ({status}); look into the server's log, then try again"


def client(where: Address, read_seconds: float, connections: int) -> Minio:
    """ValueError where the address names no bucket or no server."""
    server = urlsplit(where.endpoint)
    if server.scheme not in {"http", "https"} or not server.netloc or not urlsplit(where.url).netloc:
        raise ValueError(f"{where.url} needs a bucket and an endpoint, such as s3://vouch at http://host:9000")
    return Client(
        endpoint=server.netloc,
        access_key=where.user or None,
        secret_key=where.secret,
        secure=server.scheme == "https",
        region=where.options.get("region", "us-east-1"),
        http_client=pool(CONNECT_SECONDS, read_seconds, connections),
    )
