"""What Prometheus reads: requests and searches as they pass, and every part as the monitor sees it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.index import Query, Results, SearchIndex
from processing.monitor import Monitor
from processing.standing import Kind, Standing

REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30)
SEARCH_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.25, 0.5, 1, 5)
PART = ("part", "kind", "host")


class Meters:
    """The figures of one application, in a registry of its own."""

    def __init__(self, monitor: Monitor) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "vouch_http_request_seconds",
            "Time to the last byte of a request, by route",
            ("method", "route", "status"),
            buckets=REQUEST_SECONDS,
            registry=self.registry,
        )
        self.search = Histogram(
            "vouch_search_seconds", "Time of one query to the index", buckets=SEARCH_SECONDS, registry=self.registry
        )
        self.registry.register(PartsCollector(monitor))


class PartsCollector(Collector):
    """The monitor's last look as metrics; asks nothing itself."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        standings = self._monitor.standings()
        yield from parts_of(standings)
        yield from _disks(standings)
        yield from _workers(standings)
        states = GaugeMetricFamily("vouch_pages", "Pages by state, as counted about a minute ago", labels=["state"])
        for state, count in self._monitor.states.items():
            states.add_metric([state.value], count)
        yield states
        age = (datetime.now(UTC) - self._monitor.figures.at).total_seconds()
        yield GaugeMetricFamily("vouch_figures_age_seconds", "Age of the catalogue's figures shown here", age)


def parts_of(standings: list[Standing]) -> Iterator[Metric]:
    """Where something waits and its age is not known, there is no sample of the age: unknown is not zero."""
    at = datetime.now(UTC)
    up = GaugeMetricFamily("vouch_part_up", "1 where the part works", labels=PART)
    since = GaugeMetricFamily("vouch_part_since_timestamp_seconds", "Since when the part is as it is", labels=PART)
    backlog = GaugeMetricFamily("vouch_part_backlog", "How much waits at the part", labels=PART)
    oldest = GaugeMetricFamily("vouch_part_oldest_seconds", "Age of the oldest thing that waits there", labels=PART)
    for one in standings:
        labels = [one.name, one.kind.value, one.host]
        up.add_metric(labels, float(one.works))
        if one.since is not None:
            since.add_metric(labels, one.since.timestamp())
        if one.backlog is not None:
            backlog.add_metric(labels, one.backlog)
            if one.oldest is not None or not one.backlog:
                age = (at - one.oldest).total_seconds() if one.oldest else 0.0
                oldest.add_metric(labels, max(0.0, age))
    yield from (up, since, backlog, oldest)


def _disks(standings: list[Standing]) -> Iterator[Metric]:
    """A server's disk that refused a write does not tell what is left of it: it is only a part that is not up."""
    free = GaugeMetricFamily("vouch_disk_free_bytes", "Bytes left on the disk", labels=["disk"])
    for one in standings:
        if one.kind is Kind.DISK and "free" in one.detail:
            free.add_metric([one.name.removeprefix("disk.")], _number(one.detail.get("free")))
    yield free


def _workers(standings: list[Standing]) -> Iterator[Metric]:
    labels = ["worker", "host"]
    pages = CounterMetricFamily("vouch_worker_pages", "Pages that a living worker ended", labels=labels)
    seconds = CounterMetricFamily("vouch_worker_page_seconds", "Seconds that it took for them", labels=labels)
    for one in standings:
        if one.detail.get("kind") == "worker" and not one.detail.get("gone"):
            pages.add_metric([one.name, one.host], _number(one.detail.get("pages")))
            seconds.add_metric([one.name, one.host], _number(one.detail.get("page_seconds")))
    yield from (pages, seconds)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


class TimedIndex:
    """A search index whose searches are timed; everything else is the index's own."""

    def __init__(self, index: SearchIndex, histogram: Histogram) -> None:
        self._index, self._histogram = index, histogram

    def search(self, query: Query) -> Results:
        with self._histogram.time():
            return self._index.search(query)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)


class Timed:
    """Times each request under the pattern of its route, so that numbers in addresses make no new series."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            meters: Meters = scope["app"].state.meters
            meters.requests.labels(_method(scope), route_of(scope), str(status)).observe(time.perf_counter() - began)


def _method(scope: Scope) -> str:
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    return scope["method"] if scope["method"] in known else "other"


def route_of(scope: Scope) -> str:
    """The pattern of the route that answered; `static` and `none` for what has no route of its own."""
    if scope["path"].startswith("/static/"):
        return "static"
    return str(getattr(scope.get("route"), "path", "none"))
