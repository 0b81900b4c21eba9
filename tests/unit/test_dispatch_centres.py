"""Processing centres: which queue a branch's pages wait in, and what a wrong setting is told."""

from __future__ import annotations

import pytest

from archive.address import Address
from processing.dispatch import LocalDispatch, Wake, check_address, open_dispatch
from processing.dispatch.centres import Centres

CENTRES = Centres.parse("east=0102 0103; west=02*")


@pytest.mark.parametrize(("branch", "queue"), [("0102", "east"), ("0103", "east"), ("0299", "west"), ("0104", "pages")])
def test_a_branch_waits_in_its_centres_queue(branch: str, queue: str) -> None:
    assert CENTRES.queue_of(branch) == queue


def test_without_centres_there_is_one_queue() -> None:
    assert Centres.parse("").queues == ("pages",)
    assert CENTRES.queues == ("pages", "east", "west")


@pytest.mark.parametrize("text", ["east", "east=", "=0102", "East Side=0102", "east=01,02"])
def test_centres_that_are_written_wrongly_are_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="VOUCH_CENTRES"):
        Centres.parse(text)


def test_a_queue_that_no_centre_has_is_refused() -> None:
    with pytest.raises(ValueError, match="VOUCH_QUEUE: there is no queue 'north'; VOUCH_CENTRES gives pages, east"):
        check_address(Address("amqp://host//", options={"queue": "north", "centres": "east=0102"}))


@pytest.mark.parametrize("url", ["redis://host", "host:5672"])
def test_another_broker_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="VOUCH_BROKER_URL"):
        open_dispatch(Address(url))


def test_without_a_broker_workers_look_for_themselves() -> None:
    assert isinstance(open_dispatch(Address("")), LocalDispatch)


def test_a_wake_is_read_back_from_its_row() -> None:
    assert Wake.of(Wake(17, "01-02").key) == Wake(17, "01-02")
