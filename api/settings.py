"""Settings: the only place that reads the environment (`VOUCH_*`)."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _cache() -> Path:
    """The user's cache folder, so that a new data folder starts as quickly as an old one."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vouch"


class Settings(BaseSettings):
    """What an installation chooses. Empty URLs mean the embedded stores inside the data folder."""

    model_config = SettingsConfigDict(env_prefix="VOUCH_")

    data: Path = Field(default=Path("data"), description="the folder of the embedded stores")
    database_url: str = Field(default="", description="sqlite:///… or postgresql+…; empty: SQLite in the data folder")
    objects_url: str = Field(default="", description="file:///…; empty: a folder in the data folder")
    index_url: str = Field(default="", description="tantivy:///…; empty: a folder in the data folder")
    broker_url: str = Field(default="", description="empty: supervised local processes")
    engine: str = Field(default="rapid", description="the OCR engine: rapid, tesseract or another entry point")
    cache: Path = Field(default_factory=_cache, description="the folder of compiled networks; may be emptied any time")
    workers: int = Field(default_factory=_cores, ge=1, le=64, description="worker processes; default: one a core")
    zone: str = Field(default="Asia/Shanghai", description="the bank's time zone, in which times are shown")
    bank: str = Field(default="示范银行", description="the bank's name, shown in the shell")
    secure_cookies: bool = Field(default=False, description="set where the service stands behind TLS")

    @property
    def catalogue(self) -> str:
        return self.database_url or f"sqlite:///{self.data.resolve() / 'catalogue.db'}"

    @property
    def objects(self) -> str:
        return self.objects_url or (self.data.resolve() / "objects").as_uri()

    @property
    def index(self) -> str:
        return self.index_url or (self.data.resolve() / "index").as_uri().replace("file://", "tantivy://", 1)

    @property
    def time_zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)
