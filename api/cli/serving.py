"""`vouch serve`: the web pages and the API; in the embedded size with the workers and the chores of the data folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import Usage, say, told
from api.cli.opening import awaited, opened, settings
from api.settings import Settings
from archive.vault import Archive
from processing.owner import Owner

if TYPE_CHECKING:
    from fastapi import FastAPI


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the web pages and the API until Ctrl-C; without VOUCH_BROKER_URL with the workers of the data folder, else
    `vouch work` and `vouch schedule` do the work."""
    with told(False):
        chosen = settings()
        if chosen.embedded:
            with opened(chosen, quiet=False) as archive:
                _own(chosen, archive, host, port)
        else:
            with awaited(chosen) as archive:
                _run(chosen, archive, None, host, port)


def _own(chosen: Settings, archive: Archive, host: str, port: int) -> None:
    from api.wiring import build_owner
    from processing.nursery import end_nursery

    owner = build_owner(chosen, archive)
    owner.lock.take()
    try:
        _run(chosen, archive, owner, host, port)
    finally:
        end_nursery()
        owner.lock.release()


@asynccontextmanager
async def _working(owner: Owner | None) -> AsyncIterator[None]:
    """The owner's workers and chores beside the API, where this process is one."""
    if owner is None:
        yield
        return
    owner.start()
    try:
        yield
    finally:
        owner.stop()


def _run(chosen: Settings, archive: Archive, owner: Owner | None, host: str, port: int) -> None:
    import uvicorn

    from api.app import create_app

    def lifespan(_app: FastAPI) -> AbstractAsyncContextManager[None]:
        return _working(owner)

    app = create_app(archive, chosen, lifespan)
    app.state.owner = owner
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)
    try:
        listening = config.bind_socket()
    except SystemExit as error:
        raise Usage(f"port {port} of {host} cannot be had; give another --port") from error
    say(f"Vouch at http://{host}:{port} on {chosen.data if owner else chosen.catalogue}; Ctrl-C stops it")
    uvicorn.Server(config).run(sockets=[listening])
