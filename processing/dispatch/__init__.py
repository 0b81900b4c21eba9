"""Dispatch: how workers learn of pages, chosen by the broker's address: looking for themselves, or Celery."""

from __future__ import annotations

from archive.address import Address

from .centres import Centres
from .local import LocalDispatch
from .port import BrokerUnavailable, Dispatch, Wake

__all__ = ["BrokerUnavailable", "Dispatch", "LocalDispatch", "Wake", "check_address", "open_dispatch"]


def check_address(where: Address) -> None:
    """ValueError that says which setting of a broker's address is wrong."""
    scheme, slashes, _ = where.url.partition("://")
    if where.url and (not slashes or scheme not in {"amqp", "amqps"}):
        raise ValueError("VOUCH_BROKER_URL: no broker's address; write amqp://user@host:port/vhost")
    queues = Centres.parse(where.options.get("centres", "")).queues
    mine = where.options.get("queue") or queues[0]
    if mine not in queues:
        raise ValueError(f"VOUCH_QUEUE: there is no queue {mine!r}; VOUCH_CENTRES gives {', '.join(queues)}")


def open_dispatch(where: Address) -> Dispatch:
    """The dispatch at an address; an empty one means processes beside the catalogue that look for themselves. Of its
    options `queue` is the queue that this process's workers serve, `centres` which branches go to which queue.
    Connects to nothing yet. ValueError as `check_address`."""
    check_address(where)
    if not where.url:
        return LocalDispatch()
    from .celery import CeleryDispatch  # slow to import, and the embedded size needs none of it

    return CeleryDispatch(where)
