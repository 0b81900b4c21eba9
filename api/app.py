"""The FastAPI application: the JSON API, the pages and the static files over one archive."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import distribution
from pathlib import Path
from typing import cast

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import errors
from api.auth import Forged, refuse_forged
from api.meters import Meters, Timed, TimedIndex
from api.pages import router as pages
from api.pages.shell import STATIC
from api.routes import router as routes
from api.routes.health import router as health
from api.routes.metrics import router as metrics
from api.routes.system import router as system
from api.settings import Settings
from api.watch import Lifespan, build_watch, watch_of, watched
from archive.errors import CatalogueUnavailable
from archive.index import SearchIndex
from archive.vault import Archive

FOREVER = "public, max-age=31536000, immutable"
# Scripts and styles come from here alone; an image may also be a blob that a script made.
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
OPEN_ALWAYS = ("/static/", "/system", "/api/v1/system", "/healthz", "/readyz", "/metrics")
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Guard:
    """Refuses forged requests before they reach a route, and adds the headers that keep a page to itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        request = Request(scope)
        try:
            refuse_forged(request)
        except Forged as error:
            await errors.answer(request, error)(scope, receive, guarded)
            return
        await self.app(scope, receive, guarded)


class Shield:
    """Answers at once while the catalogue is known to be away, so that no request waits for it and none of those that
    tell of the outage waits behind them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(OPEN_ALWAYS):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        if not watch_of(request).monitor.away():
            await self.app(scope, receive, send)
            return
        error = CatalogueUnavailable("the catalogue does not answer; nothing acknowledged is lost, try again shortly")
        await errors.answer(request, error)(scope, receive, send)


class Assets(StaticFiles):
    """Static files: their addresses change with their bytes, so a browser keeps them."""

    def file_response(self, *args: object, **kwargs: object) -> FileResponse:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = FOREVER
        return response  # type: ignore[return-value]


def htmx_path() -> Path:
    """HTMX's file in the installed django-htmx distribution; Django itself is never imported."""
    inside = distribution("django-htmx").locate_file("django_htmx/static/django_htmx/htmx-2.min.js")
    return Path(str(inside))


def htmx() -> FileResponse:
    """HTMX, as its distribution brings it."""
    return FileResponse(htmx_path(), media_type="text/javascript", headers={"Cache-Control": FOREVER})


def create_app(archive: Archive, settings: Settings, lifespan: Lifespan | None = None) -> FastAPI:
    """The application over an archive. `lifespan` starts and stops what runs beside it (workers, indexer)."""
    watch = build_watch(archive, settings)
    app = FastAPI(
        title="Vouch",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # it would load its script from a CDN
        redoc_url=None,
        lifespan=watched(watch, lifespan),
    )
    meters = Meters(watch.monitor)
    app.state.archive = replace(archive, index=cast(SearchIndex, TimedIndex(archive.index, meters.search)))
    app.state.settings, app.state.watch, app.state.meters = settings, watch, meters
    errors.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=4)  # 9 takes ten times as long
    app.add_middleware(Shield)
    app.add_middleware(Guard)
    app.add_middleware(Timed)
    app.include_router(routes)
    app.include_router(system, prefix="/api/v1")
    app.include_router(health)
    app.include_router(metrics)
    app.add_api_route("/static/htmx.js", htmx, include_in_schema=False)
    app.mount("/static", Assets(directory=STATIC))
    app.include_router(pages, include_in_schema=False)
    return app
