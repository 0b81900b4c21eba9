"""`/metrics` for Prometheus: to this machine itself, or to whoever shows VOUCH_METRICS_TOKEN."""

from __future__ import annotations

import ipaddress
import secrets

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.context import settings_of
from archive.errors import Refused

router = APIRouter(include_in_schema=False)
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


def _loopback(request: Request) -> bool:
    """Whether a process of this machine asks for itself; a proxy here that asks for others says so in a header."""
    if any(name in request.headers for name in FORWARDED) or request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _shows_token(request: Request) -> bool:
    wanted = settings_of(request).metrics_token.get_secret_value()
    shown = request.headers.get("authorization", "").partition(" ")[2].strip()
    return bool(wanted) and secrets.compare_digest(shown.encode(), wanted.encode())


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Every figure in Prometheus' text form; asks nothing that could hang."""
    if not _loopback(request) and not _shows_token(request):
        raise Refused("metrics are for this machine or for who shows VOUCH_METRICS_TOKEN as a bearer token")
    return Response(generate_latest(request.app.state.meters.registry), media_type=CONTENT_TYPE_LATEST)
