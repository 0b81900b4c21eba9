"""Health for whatever watches the process: alive, and ready to serve."""

from __future__ import annotations

import anyio
from fastapi import APIRouter, Request, Response

from api.watch import monitor_of

from .shapes import Shape

router = APIRouter(tags=["health"])
_threads = anyio.CapacityLimiter(4)  # never those of the requests, which may all be waiting for what is ill


class Health(Shape):
    ok: bool
    fault: str = ""


@router.get("/healthz")
async def alive() -> Health:
    """The process answers."""
    return Health(ok=True)


@router.get("/readyz")
async def ready(request: Request, response: Response) -> Health:
    """The catalogue, the object store, the index and the broker answer within two seconds; 503 with the first that does
    not."""
    monitor = await anyio.to_thread.run_sync(monitor_of, request, limiter=_threads)
    name, fault = await anyio.to_thread.run_sync(monitor.ready, limiter=_threads)
    if name:
        response.status_code = 503
        return Health(ok=False, fault=f"{name}: {fault}")
    return Health(ok=True)
