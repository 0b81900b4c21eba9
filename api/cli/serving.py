"""`vouch serve`: the web pages, the API and the workers over one data folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer

from api.cli.console import Usage, say, told
from api.cli.opening import opened, settings
from api.settings import Settings
from archive.errors import Conflict
from processing.owner import Owner


def _take(owner: Owner, chosen: Settings) -> None:
    if not owner.lock.acquire():
        pid = owner.lock.path.read_text(encoding="ascii", errors="replace").strip()
        raise Conflict(
            f"{chosen.data} is owned by the process {pid or 'of another vouch'}; stop it, or choose another VOUCH_DATA"
        )


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the web pages and the API, with workers on the data folder, until Ctrl-C."""
    with told(False):
        chosen = settings()
        with opened(chosen, quiet=False) as archive:
            from api.wiring import build_owner

            owner = build_owner(chosen, archive)
            _take(owner, chosen)
            try:
                _run(chosen, owner, host, port)
            finally:
                owner.lock.release()


def _run(chosen: Settings, owner: Owner, host: str, port: int) -> None:
    import uvicorn
    from fastapi import FastAPI

    from api.app import create_app

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        owner.start()
        try:
            yield
        finally:
            owner.stop()

    app = create_app(owner.archive, chosen, lifespan)
    app.state.owner = owner
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)
    try:
        listening = config.bind_socket()
    except SystemExit as error:
        raise Usage(f"port {port} of {host} cannot be had; give another --port") from error
    say(f"Vouch at http://{host}:{port} on {chosen.data}; Ctrl-C stops it")
    uvicorn.Server(config).run(sockets=[listening])
