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


async def _archive(request: Request) -> Archive:
    """As `archive_of`: a plain function would be called in a thread of its own for every request."""
    return archive_of(request)


async def _settings(request: Request) -> Settings:
    return settings_of(request)


ArchiveDep = Annotated[Archive, Depends(_archive)]
SettingsDep = Annotated[Settings, Depends(_settings)]


def zone_of(settings: Settings) -> ZoneInfo:
    """The bank's time zone."""
    return settings.time_zone


def today(settings: Settings) -> date:
    """The date in the bank's zone."""
    return datetime.now(UTC).astimezone(zone_of(settings)).date()
