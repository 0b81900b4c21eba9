"""The faults: each waits for its moment, breaks a part, repairs what needs repair, and says what it did."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tools.services import Server

from .load import Load
from .screen import Screen
from .service import Service, family, send
from .world import World, until

BOTH = frozenset({"embedded", "server"})
EMBEDDED, SERVER = frozenset({"embedded"}), frozenset({"server"})
RESTART = (1.0, 5.0)


@dataclass(slots=True)
class Stage:
    """What a strike works on, and what it leaves: the times (seconds of the monotonic clock), and how many files had
    been acknowledged `before`."""

    world: World
    load: Load
    screen: Screen
    rng: random.Random
    minute: float
    broken: float = 0.0
    repaired: float = 0.0
    before: int = 0

    def moment(self) -> None:
        """Waits until a share of the files, by chance none or nearly all, is acknowledged, and a little longer."""
        wanted = self.rng.randrange(self.load.files)
        until(lambda: self.load.acknowledged >= wanted, 60.0, every=0.01)
        time.sleep(self.rng.uniform(0.0, 0.5))

    def breaks(self) -> None:
        self.broken, self.before = time.monotonic(), self.load.acknowledged

    def repairs(self) -> None:
        self.repaired = time.monotonic()


@dataclass(frozen=True, slots=True)
class Fault:
    """`shown`: it lasts long enough that the screen must say it. `pages` and `pace`: the load it is struck under."""

    what: str
    sizes: frozenset[str]
    strike: Callable[[Stage], str]
    shown: bool = False
    load: Mapping[str, float] = field(default_factory=dict)


def _worker(stage: Stage) -> str:
    """SIGKILL to one worker process at work."""
    stage.moment()
    until(lambda: bool(stage.world.worker_pids()), 30.0)
    victim = stage.rng.choice(stage.world.worker_pids())
    send([victim], signal.SIGKILL)
    stage.breaks()
    stage.repairs()
    return "one worker process"


def _pool(stage: Stage) -> str:
    """SIGKILL to the supervisor of the workers alone; they must not outlive it, and it is started again."""
    stage.moment()
    return _kill(stage, stage.world.services["work"], "the supervisor `vouch work`")


def _api(stage: Stage) -> str:
    stage.moment()
    alone = stage.world.size == "server"
    return _kill(stage, stage.world.services["serve"], "`vouch serve`" if alone else "the owner, in which the API runs")


def _indexer(stage: Stage) -> str:
    """SIGKILL to the process that feeds the index, while records wait to be indexed."""
    catalogue = stage.world.catalogue()

    def behind() -> bool:
        with catalogue.read() as tx:
            return tx.outbox.backlog("index")[0] > 0

    stage.moment()
    until(behind, 10.0, every=0.005)
    catalogue.close()
    time.sleep(stage.rng.uniform(0.0, 0.4))
    alone = stage.world.size == "server"
    where = "`vouch schedule`" if alone else "the owner"
    return _kill(stage, stage.world.indexer(), f"{where}, while records waited for the indexer")


def _scheduler(stage: Stage) -> str:
    stage.moment()
    alone = stage.world.size == "server"
    return _kill(stage, stage.world.indexer(), "`vouch schedule`" if alone else "the owner, in which the chores run")


def _kill(stage: Stage, service: Service, said: str) -> str:
    before = service.starts
    service.kill()
    stage.breaks()
    until(lambda: service.starts > before, 30.0)
    if service.name == "serve":
        until(stage.world.answers, 120.0)
    stage.repairs()
    return said


def _power(stage: Stage) -> str:
    """SIGKILL to every process of the product at one moment, as a power cut would (the servers live on)."""
    stage.moment()
    services = list(stage.world.services.values())
    before = [service.starts for service in services]
    send([pid for service in services for pid in family(service.pid)], signal.SIGKILL)
    stage.breaks()
    until(lambda: all(service.starts > count for service, count in zip(services, before, strict=True)), 30.0)
    until(stage.world.answers, 120.0)
    stage.repairs()
    return "every process of the product at once"


def _queued(stage: Stage) -> str:
    """SIGKILL to one worker while twelve pages or more wait."""
    catalogue = stage.world.catalogue()

    def twelve() -> bool:
        with catalogue.read() as tx:
            return tx.pages.waiting() >= 12

    if not until(twelve, 30.0, every=0.01):
        raise RuntimeError("twelve pages never waited: the load is too slow for this fault")
    catalogue.close()
    send([stage.rng.choice(stage.world.worker_pids())], signal.SIGKILL)
    stage.breaks()
    stage.repairs()
    return "one worker process with 12 pages or more queued"


def _server(name: str) -> Callable[[Stage], str]:
    """SIGKILL to a server and all its processes; it is started again after a moment."""

    def strike(stage: Stage) -> str:
        stage.moment()
        server = stage.world.servers[name]
        _end(server)
        stage.breaks()
        time.sleep(stage.rng.uniform(*RESTART))
        server.start()
        stage.repairs()
        return f"{name}, all its processes"

    return strike


def _end(server: Server) -> None:
    send(family(server.pid), signal.SIGKILL)  # PostgreSQL's processes have groups of their own
    server.kill()


def _away(name: str) -> Callable[[Stage], str]:
    """A server out of reach: it hangs (connections are taken, nothing is answered) or its port is closed."""

    def strike(stage: Stage) -> str:
        stage.moment()
        server, hangs = stage.world.servers[name], stage.rng.random() < 0.5
        frozen = family(server.pid)
        if hangs:
            send(frozen, signal.SIGSTOP)
        else:
            _end(server)
        stage.breaks()
        time.sleep(stage.minute)
        if hangs:
            send(frozen, signal.SIGCONT)
        else:
            server.start()
        stage.repairs()
        return f"{name} {'hung' if hangs else 'refused connections'} for {stage.minute:.0f} s"

    return strike


def _disk(stage: Stage) -> str:
    """A disk is filled to its last block and freed again."""
    disk, whose = stage.world.disk(stage.rng)
    stage.moment()
    disk.fill()
    stage.breaks()
    time.sleep(stage.rng.uniform(12.0, 20.0))
    disk.free()
    revived = [server.name for server in stage.world.servers.values() if not server.alive]
    for name in revived:
        stage.world.servers[name].start()
    stage.repairs()
    return f"{whose} filled, {stage.repaired - stage.broken:.0f} s" + (
        f"; {', '.join(revived)} had ended" if revived else ""
    )


def _store(stage: Stage) -> str:
    """The folder of the objects is gone for a minute: moved away, or its disk unmounted."""
    shelf = getattr(stage.world, "shelf")  # noqa: B009
    stage.moment()
    how = shelf.take_away(bare=stage.rng.random() < 0.5)
    stage.breaks()
    if stage.rng.random() < 0.3:
        time.sleep(stage.rng.uniform(0.5, 3.0))
        stage.world.services["serve"].kill()
        how += ", and the owner killed meanwhile"
    time.sleep(max(0.0, stage.broken + stage.minute - time.monotonic()))
    shelf.bring_back()
    stage.repairs()
    return f"the object folder {how}, {stage.minute:.0f} s"


def _object_store(stage: Stage) -> str:
    return _store(stage) if stage.world.size == "embedded" else _away("minio")(stage)


_FAST = {"pages": 24, "pace": 0.0}
FAULTS: Mapping[str, Fault] = {
    "worker": Fault("kill -9 of a worker", BOTH, _worker),
    "pool": Fault("kill -9 of the workers' supervisor", SERVER, _pool),
    "api": Fault("kill -9 of the API", BOTH, _api),
    "indexer": Fault("kill -9 of the indexer", BOTH, _indexer),
    "scheduler": Fault("kill -9 of the scheduler", BOTH, _scheduler),
    "power": Fault("kill -9 of every process of the product at once", BOTH, _power),
    "postgresql": Fault("kill -9 of PostgreSQL", SERVER, _server("postgresql"), shown=True),
    "minio": Fault("kill -9 of MinIO", SERVER, _server("minio"), shown=True),
    "elasticsearch": Fault("kill -9 of Elasticsearch", SERVER, _server("elasticsearch"), shown=True),
    "rabbitmq": Fault("kill -9 of RabbitMQ", SERVER, _server("rabbitmq"), shown=True),
    "disk": Fault("a disk is full", BOTH, _disk, shown=True),
    "store": Fault("the object store is unreachable for a minute", BOTH, _object_store, shown=True),
    "postgresql-away": Fault("PostgreSQL is unreachable for a minute", SERVER, _away("postgresql"), shown=True),
    "elasticsearch-away": Fault(
        "Elasticsearch is unreachable for a minute", SERVER, _away("elasticsearch"), shown=True
    ),
    "rabbitmq-away": Fault("RabbitMQ is unreachable for a minute", SERVER, _away("rabbitmq"), shown=True),
    "queued": Fault("kill -9 of a worker with 12 documents queued", BOTH, _queued, load=_FAST),
}
