"""Dispatch by Celery on RabbitMQ: a message on a quorum queue is a wake-up that carries a page's id."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import structlog
from amqp.exceptions import AMQPError, InternalError
from celery import Celery
from celery.bootsteps import RUN
from celery.exceptions import Reject
from celery.worker import WorkController, state
from celery.worker.consumer.consumer import Consumer
from kombu.connection import Connection
from kombu.entity import Exchange, Queue
from kombu.exceptions import KombuError

from archive.address import Address

from .centres import Centres
from .port import BrokerUnavailable, Told, Wake, Work

EXCHANGE, TASK = "vouch", "vouch.page"
DELIVERIES = 20  # a wake that came this often to workers that died is dropped; the page's row counts by itself
ANSWERS_WITHIN = 5.0  # seconds
UNANSWERED = 3  # questions in a row after which a queue is taken for one without a leader
HEARTBEAT = 30.0
LOOK = 1.0  # seconds after which an idle worker looks whether it is to stop
# A host that is cut off is noticed in about 25 seconds, also while nothing is sent.
SOCKET = {
    socket.TCP_USER_TIMEOUT: 10_000,
    socket.TCP_KEEPIDLE: 10,
    socket.TCP_KEEPINTVL: 5,
    socket.TCP_KEEPCNT: 3,
}
FAULTS = (OSError, AMQPError, KombuError)
LEADERLESS = (TimeoutError, InternalError)  # what a queue without a leader answers
log = structlog.get_logger("vouch.dispatch")


class CeleryDispatch:
    """Any number of processes may send and consume. The sender's connection is made when it is first needed, and made
    again after each fault."""

    def __init__(self, where: Address) -> None:
        self._url = _without_secret(where.url)
        self._centres = Centres.parse(where.options.get("centres", ""))
        self._mine = where.options.get("queue") or self._centres.queues[0]
        exchange = Exchange(EXCHANGE, type="topic", durable=True)
        self._queues = {name: _queue(name, exchange) for name in self._centres.queues}
        self._app = _app(_with_secret(where), self._queues.values(), self._mine)
        self._lock = threading.Lock()
        self._connection: Connection | None = None

    def send(self, pages: Iterable[Wake]) -> None:
        with self._connected() as connection, connection.Producer(auto_declare=False) as producer:
            for page in pages:
                name = self.queue_of(page.branch_no)
                self._app.send_task(
                    TASK,
                    (page.page_id,),
                    producer=producer,
                    queue=self._queues[name],
                    routing_key=f"{name}.{page.branch_no}",
                    retry=False,
                    ignore_result=True,
                    confirm_timeout=ANSWERS_WITHIN,
                )

    def depths(self) -> Mapping[str, int]:
        with self._connected() as connection:
            return {name: _declared(queue(connection.default_channel)) for name, queue in self._queues.items()}

    def depth(self) -> int:
        return sum(self.depths().values())

    def queue_of(self, branch_no: str) -> str:
        return self._centres.queue_of(branch_no)

    def serves(self, branch_no: str) -> bool:
        return self.queue_of(branch_no) == self._mine

    def serves_all(self) -> bool:
        return len(self._queues) == 1

    def check(self) -> None:
        self.depth()

    def close(self) -> None:
        with self._lock:
            self._drop()

    def consume(self, work: Work, stopping: threading.Event, told: Told = lambda _: None) -> None:
        _relay_logs()

        def page(page_id: int) -> None:
            if stopping.is_set():  # it came while the consumer was being cancelled
                raise Reject("this worker ends", requeue=True)
            try:
                work(page_id)
            except OSError as error:  # it was stopped in an outage: the wake is for another worker
                raise Reject(str(error), requeue=True) from error

        self._app.task(name=TASK)(page)
        self._app.conf.vouch_told = lambda cause: told(self._away(cause) if cause else "")
        state.should_stop = None
        threading.Thread(target=_ask_to_stop, args=(stopping,), name="stopping", daemon=True).start()
        _controller(self._app, self._mine).start()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """The sender's connection, for one thread at a time. Whatever goes wrong on it ends it."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._app.connection_for_write()
                    self._connection.connect()
                    _limit(self._connection)
                yield self._connection
            except FAULTS as error:
                self._drop()
                raise BrokerUnavailable(self._away(str(error) or type(error).__name__)) from error

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.collect(socket_timeout=0.5)

    def _away(self, cause: str) -> str:
        return (
            f"the broker {self._url} cannot be used ({cause}); check that it runs and takes this user and password:"
            " pages wait in the catalogue meanwhile"
        )


def _loop(consumer: WakeConsumer, connection: Connection, tasks: Any, blueprint: Any, *_: object) -> None:
    """Takes one message after the other. Celery's own loops either sleep up to ten seconds with an acknowledgement in
    hand (acks late, one process), or send no heartbeats."""
    tasks.on_message = consumer.create_task_handler()
    tasks.consume()
    consumer.on_answer()
    consumer.on_ready()
    while blueprint.state == RUN and consumer.connection:
        state.maybe_shutdown()
        consumer.perform_pending_operations()
        with suppress(TimeoutError):
            connection.drain_events(timeout=LOOK)
        if not connection.connected:
            # Closed while a page was worked on. Celery only notes that it could not acknowledge; the socket then says
            # nothing for minutes.
            raise ConnectionResetError("the broker closed the connection while a page was worked on")
        connection.heartbeat_check()


def _delete(app: Celery, names: Iterable[str]) -> None:
    try:
        with app.connection_for_write() as connection:
            connection.connect()
            connection.connection.transport.sock.settimeout(4 * ANSWERS_WITHIN)  # the broker asks for a leader first
            for name in names:
                log.warning("a queue without a leader is made anew", queue=name)
                connection.default_channel.queue_delete(name)
    except FAULTS as error:
        log.warning("a queue without a leader could not be deleted", error=str(error))


class WakeConsumer(Consumer):  # type: ignore[misc]
    """Celery's consumer without what a wake-up needs not: delayed delivery would declare 28 more queues. It is back
    within seconds after the broker is, however long that was away."""

    loop = staticmethod(_loop)

    class Blueprint(Consumer.Blueprint):  # type: ignore[misc]
        default_steps = [step for step in Consumer.Blueprint.default_steps if "delayed_delivery" not in step]  # noqa: RUF012

    def __init__(self, *args: Any, **options: Any) -> None:
        self.asking = False  # connected, and not yet told that the queue is there
        self.unanswered = 0  # times in a row that the queue gave no answer, or that the broker failed at it
        super().__init__(*args, **options)
        self.amqheartbeat = HEARTBEAT

    def on_answer(self) -> None:
        self.asking, self.unanswered = False, 0

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """A quorum queue whose broker was killed soon after it was made may stay without a leader for good (RabbitMQ
        3.10): it is there, takes connections, and answers nothing or with 541. It is deleted then, and made anew at the
        next connection: it holds wakes only, and the catalogue wakes again what waits."""
        super().on_connection_error_after_connected(exc)
        if not self.asking or not isinstance(exc, LEADERLESS):
            return
        self.unanswered += 1
        if self.unanswered >= UNANSWERED:
            self.unanswered = 0
            _delete(self.app, self.app.amqp.queues.consume_from)
        elif isinstance(exc, InternalError):
            time.sleep(LOOK)  # this comes at once, and a broker that only just started may yet find its leader

    def ensure_connected(self, conn: Connection) -> Connection:
        told: Callable[[str], None] = self.app.conf.vouch_told

        def failed(error: Exception, _seconds: float) -> None:
            told(str(error) or type(error).__name__)

        conn = conn.ensure_connection(
            failed, None, interval_start=0.5, interval_step=0.5, interval_max=3.0, callback=state.maybe_shutdown
        )
        self.first_connection_attempt = False
        _limit(conn)
        told("")
        self.asking = True
        return conn


def _queue(name: str, exchange: Exchange) -> Queue:
    """A centre's queue. Pages are addressed to it by name and branch, so that no old binding outlives a change."""
    arguments = {"x-queue-type": "quorum", "x-delivery-limit": DELIVERIES}
    return Queue(name, exchange, routing_key=f"{name}.#", durable=True, queue_arguments=arguments)


def _declared(queue: Queue) -> int:
    """How many messages wait in a queue, which is made with its exchange and binding where it was not there."""
    queue.exchange.declare()
    found = int(queue.queue_declare().message_count)
    queue.queue_bind()
    return found


def _app(url: str, queues: Iterable[Queue], default: str) -> Celery:
    app = Celery("vouch", broker=url, set_as_current=False)
    app.conf.update(
        task_queues=tuple(queues),
        task_default_queue=default,
        task_create_missing_queues=False,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_consumer="processing.dispatch.celery:WakeConsumer",
        broker_heartbeat=HEARTBEAT,
        broker_connection_timeout=ANSWERS_WITHIN / 2,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={"confirm_publish": True, "socket_settings": SOCKET},
    )
    return app


def _controller(app: Celery, queue: str) -> WorkController:
    """A Celery worker in this process: one page at a time, no events, no gossip, no remote control."""
    return WorkController(
        app=app,
        pool_cls="solo",
        concurrency=1,
        use_eventloop=False,
        queues=[queue],
        without_mingle=True,
        without_gossip=True,
        without_heartbeat=True,
        task_events=False,
    )


def _ask_to_stop(stopping: threading.Event) -> None:
    stopping.wait()
    state.should_stop = 0  # Celery looks at it between two pages, and while it waits for the broker


def _limit(connection: Connection) -> None:
    """No answer is waited for longer than this: a broker that hangs is one that is away."""
    connection.connection.transport.sock.settimeout(ANSWERS_WITHIN)


def _with_secret(where: Address) -> str:
    parts = urlsplit(where.url)
    if not where.secret:
        return where.url
    user, _, host = parts.netloc.rpartition("@")
    name = user.partition(":")[0] or quote(where.user, safe="")
    return urlunsplit(parts._replace(netloc=f"{name}:{quote(where.secret, safe='')}@{host}"))


def _without_secret(url: str) -> str:
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}"))


class _Relay(logging.Handler):
    """Lines of Celery's own log among those of the product."""

    def emit(self, record: logging.LogRecord) -> None:
        log.warning("celery", said=record.getMessage())


def _relay_logs() -> None:
    for name in ("celery", "kombu", "amqp"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [_Relay(logging.WARNING)], False
