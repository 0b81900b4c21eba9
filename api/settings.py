"""Settings: the only place that reads the environment (`VOUCH_*`) and the files of secrets."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

from archive.address import Address

SECRETS = Path("/run/secrets")
LONGEST_BUCKET = 63  # as S3 has it
_NONE = SecretStr("")


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _cache() -> Path:
    """The user's cache folder, so that a new data folder starts as quickly as an old one."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vouch"


class Settings(BaseSettings):
    """What an installation chooses. Empty URLs mean the embedded stores inside the data folder. Whatever is not set in
    the environment may stand in a file of its name (`vouch_database_password`) in the folder VOUCH_SECRETS, by default
    /run/secrets: so secrets come from files."""

    model_config = SettingsConfigDict(env_prefix="VOUCH_", extra="ignore")

    data: Path = Field(default=Path("data"), description="the folder of the embedded stores")
    database_url: str = Field(default="", description="postgresql://user@host:port/name; empty: SQLite in the folder")
    database_password: SecretStr = Field(default=_NONE, description="the password of the database's user")
    objects_url: str = Field(default="", description="file:///… or s3://bucket; empty: a folder in the data folder")
    objects_endpoint: str = Field(default="", description="the S3 server: http://host:port or https://…")
    objects_key: str = Field(default="", description="the S3 access key")
    objects_secret: SecretStr = Field(default=_NONE, description="the S3 secret key")
    objects_lock: str = Field(default="", description="Object Lock of a new bucket: governance:10y, compliance:30y, …")
    exports_url: str = Field(default="", description="where exports lie; empty: a bucket or folder beside the objects")
    index_url: str = Field(default="", description="http(s)://host:port/name; empty: tantivy in the data folder")
    index_user: str = Field(default="", description="the user of Elasticsearch, where it asks for one")
    index_password: SecretStr = Field(default=_NONE, description="that user's password")
    index_shards: int = Field(default=1, ge=1, le=64, description="shards of a year's index, for 25 million each")
    broker_url: str = Field(default="", description="amqp://user@host:port/vhost; empty: supervised local processes")
    broker_password: SecretStr = Field(default=_NONE, description="the password of the broker's user")
    queue: str = Field(default="pages", description="the queue that the workers of this host serve")
    centres: str = Field(default="", description="branches to queues: east=0102 0103;west=02*; empty: one queue")
    engine: str = Field(default="rapid", description="the OCR engine: rapid, tesseract or another entry point")
    languages: str = Field(default="chi_sim+eng", description="what tesseract reads, joined by +")
    full_text: bool = Field(default=False, description="read all text of every page, with the careful networks")
    cache: Path = Field(default_factory=_cache, description="the folder of compiled networks; may be emptied any time")
    workers: int = Field(default_factory=_cores, ge=1, le=64, description="worker processes; default: one a core")
    zone: str = Field(default="Asia/Shanghai", description="the bank's time zone, in which times are shown")
    bank: str = Field(default="示范银行", description="the bank's name, shown in the shell")
    metrics_token: SecretStr = Field(default=_NONE, description="lets Prometheus read /metrics; empty: loopback only")
    secure_cookies: bool = Field(default=False, description="set where the service stands behind TLS")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        folder = Path(os.environ.get("VOUCH_SECRETS") or SECRETS)
        if not folder.is_dir() and not os.environ.get("VOUCH_SECRETS"):
            return init_settings, env_settings
        return init_settings, env_settings, SecretsSettingsSource(settings_cls, secrets_dir=folder)

    @property
    def embedded(self) -> bool:
        """Whether one data folder holds all, with the one owner that this needs; else several hosts share servers."""
        return not self.broker_url

    @property
    def catalogue(self) -> Address:
        url = self.database_url or f"sqlite:///{self.data.resolve() / 'catalogue.db'}"
        return Address(url, secret=self.database_password.get_secret_value())

    @property
    def objects(self) -> Address:
        return self._store(self.objects_url or (self.data.resolve() / "objects").as_uri(), self.objects_lock)

    @property
    def exports(self) -> Address:
        """Where exports lie for a while: never under a lock, and never among the objects."""
        return self._store(self.exports_url or self._beside(), "")

    def _beside(self) -> str:
        where = urlsplit(self.objects_url)
        if where.scheme == "s3":
            return f"s3://{where.netloc}-exports{where.path.rstrip('/')}"
        return (self.data.resolve() / "exports").as_uri()

    def check(self) -> None:
        """ValueError where exports would lie among the objects, or under the lock of their bucket, which keeps them
        for good; and where their bucket would have a name that is too long."""
        objects, exports = urlsplit(self.objects.url), urlsplit(self.exports.url)
        if exports.scheme == "s3" and len(exports.netloc) > LONGEST_BUCKET:
            raise ValueError(
                f"VOUCH_EXPORTS_URL: {exports.netloc} is longer than a bucket's name may be ({LONGEST_BUCKET} signs);"
                " name another bucket for exports, such as s3://vouch-exports"
            )
        alike = exports.netloc == objects.netloc and (exports.scheme == "s3" or exports.path == objects.path)
        if exports.scheme == objects.scheme and alike:
            raise ValueError(
                f"VOUCH_EXPORTS_URL: {self.exports.url} is where the objects lie, which stay for good; name a bucket"
                " or a folder that is for exports alone"
            )

    def _store(self, url: str, lock: str) -> Address:
        if not url.startswith("s3://"):
            return Address(url)
        secret = self.objects_secret.get_secret_value()
        return Address(url, self.objects_key, secret, self.objects_endpoint, {"lock": lock} if lock else {})

    @property
    def index(self) -> Address:
        url = self.index_url or (self.data.resolve() / "index").as_uri().replace("file://", "tantivy://", 1)
        options = {"shards": str(self.index_shards)} if self.index_url else {}
        return Address(url, self.index_user, self.index_password.get_secret_value(), options=options)

    @property
    def broker(self) -> Address:
        """Empty where local processes do the work."""
        options = {"queue": self.queue, "centres": self.centres}
        return Address(self.broker_url, secret=self.broker_password.get_secret_value(), options=options)

    @property
    def time_zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)
