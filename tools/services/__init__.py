"""The real servers, started by hand on this machine: for the tests, the fault runs and the benchmarks."""

from .cluster import Cluster
from .elastic import Elastic
from .minio import Minio
from .postgres import Postgres
from .rabbit import Rabbit
from .server import Server, free_port, home

__all__ = ["Cluster", "Elastic", "Minio", "Postgres", "Rabbit", "Server", "free_port", "home"]
