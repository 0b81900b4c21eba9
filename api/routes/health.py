"""Health for whatever watches the process: alive, and ready to serve."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.context import ArchiveDep

from .shapes import Shape

router = APIRouter(tags=["health"])


class Health(Shape):
    ok: bool
    fault: str = ""


@router.get("/healthz")
def alive() -> Health:
    """The process answers."""
    return Health(ok=True)


@router.get("/readyz")
def ready(archive: ArchiveDep, response: Response) -> Health:
    """The catalogue, the index and the object store answer; 503 with the first that does not."""
    try:
        with archive.catalogue.read() as tx:
            tx.settings.get("demo")
        archive.index.count()
        archive.objects.exists("0" * 64)
    except OSError as error:
        response.status_code = 503
        return Health(ok=False, fault=f"{type(error).__name__}: {error}")
    return Health(ok=True)
