"""The four servers of the server size together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .elastic import Elastic
from .minio import Minio
from .postgres import Postgres
from .rabbit import Rabbit
from .server import Server


class Cluster:
    """MinIO, PostgreSQL, Elasticsearch and RabbitMQ, each in a folder of its own below `folder`."""

    def __init__(self, folder: Path, *, host: str = "127.0.0.1") -> None:
        self.minio = Minio(folder / "minio", host=host)
        self.postgres = Postgres(folder / "postgres", host=host)
        self.elastic = Elastic(folder / "elastic", host=host)
        self.rabbit = Rabbit(folder / "rabbit", host=host)

    @property
    def servers(self) -> tuple[Server, ...]:
        return self.minio, self.postgres, self.elastic, self.rabbit

    def start(self) -> None:
        """Starts all of them at once; RuntimeError where one does not."""
        with ThreadPoolExecutor(len(self.servers)) as pool:
            for started in [pool.submit(server.start) for server in self.servers]:
                started.result()

    def stop(self) -> None:
        with ThreadPoolExecutor(len(self.servers)) as pool:
            for stopped in [pool.submit(server.stop) for server in self.servers]:
                stopped.result()

    def settings(self) -> dict[str, str]:
        """The VOUCH_* variables of the server size."""
        return {name: value for server in self.servers for name, value in server.settings().items()}
