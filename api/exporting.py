"""The store of exports, as the settings have it, for the routes and for the chore."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from api.context import settings_of
from api.settings import Settings
from archive.objects import Erasable, open_erasable


def open_exports(settings: Settings) -> Erasable:
    """Where exports lie for a week: never among the archive's own objects, never under a lock."""
    return open_erasable(settings.exports)


def exports_of(request: Request) -> Erasable:
    """The application's store of exports, opened when first asked for."""
    state = request.app.state
    if not hasattr(state, "exports"):
        state.exports = open_exports(settings_of(request))
    return cast(Erasable, state.exports)


ExportsDep = Annotated[Erasable, Depends(exports_of)]
