"""What a request stands on: the archive and the settings that the application was made with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, cast
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from api.settings import Settings
from archive.vault import Archive


def archive_of(request: Request) -> Archive:
    """The archive of this application."""
    return cast(Archive, request.app.state.archive)


def settings_of(request: Request) -> Settings:
    """The settings of this application."""
    return cast(Settings, request.app.state.settings)


ArchiveDep = Annotated[Archive, Depends(archive_of)]
SettingsDep = Annotated[Settings, Depends(settings_of)]


def zone_of(settings: Settings) -> ZoneInfo:
    """The bank's time zone."""
    return settings.time_zone


def today(settings: Settings) -> date:
    """The date in the bank's zone."""
    return datetime.now(UTC).astimezone(zone_of(settings)).date()
