"""What a command begins before its own modules are brought along, which takes as long as what is begun."""

from __future__ import annotations

from collections.abc import Sequence

from api.settings import Settings
from processing.nursery import is_owned, prepared


def begin(words: Sequence[str]) -> None:
    """Begins what the command of these words waits for. What is wrong in them or in the settings, the command says."""
    if words[:1] == ["ingest"] and "--help" not in words:
        try:
            begin_workers(Settings())
        except ValueError:
            return


def begin_workers(settings: Settings) -> None:
    """Begins what the workers of an ingest take the longest with, where it is likely that the ingest will run them."""
    if settings.embedded and not is_owned(settings.data):
        prepared(settings.engine)
