"""Storing processed pages on both sizes: the pipeline's store step and its commit, beside bare durable writes."""

from __future__ import annotations

import contextlib
import json
import os
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, median
from typing import Any

from archive.address import Address

PROCESSES = 4  # two a core: storing waits for disks and servers, as the workers of a host do
WARM = 8  # pages of each process before the clock runs
TURNS = 3  # ours and bare, one after the other, so that what else the machine does meets both
MEETS_WITHIN = 60.0
LEASE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a size stores."""

    catalogue: Address
    objects: Address


def parts(number: int) -> dict[str, bytes]:
    """The derivatives of a page as the pipeline makes them, different for each page and as incompressible as JPEG: an
    access copy of 150-250 KB, a thumbnail of 6-8 KB, a reading of about 6 KB."""
    rng = random.Random(number)
    lines = [["代理业务凭证 62220" + str(rng.random()), 0.98, [9, 9, 99, 20], [], []] for _ in range(90)]
    return {
        "access.jpg": rng.randbytes(rng.randrange(150_000, 250_000)),
        "thumbnail.jpg": rng.randbytes(rng.randrange(6_000, 8_000)),
        "reading.json": json.dumps(lines, ensure_ascii=False).encode(),
    }


def _open(place: Place) -> Any:
    from archive.catalogue.engine import Catalogue
    from archive.index.memory import MemoryIndex
    from archive.objects import open_store
    from archive.vault import Archive

    catalogue = Catalogue(place.catalogue)
    catalogue.migrate()
    return Archive(catalogue, open_store(place.objects), MemoryIndex())


def fill(archive: Any, start: int, pages: int, batch_of: int = 100) -> None:
    """Batches of so many received pages from a number on, a teller's day each."""
    from archive.model import TellerDay

    with archive.catalogue.write() as tx:
        for first in range(start, start + pages, batch_of):
            day = TellerDay("0102", f"{417 + first // batch_of:04d}", date(2026, 3, 9))
            batch = tx.batches.open(day, actor="bench")
            for number in range(first, min(start + pages, first + batch_of)):
                sha256 = f"{number:064x}"
                file, _ = tx.batches.add_file(batch.id, f"{number:05d}.jpg", sha256, 300_000, "image/jpeg", 1)
                tx.pages.add_pages(batch, file, sha256)


def outcome(number: int) -> Any:
    """What a page of nine fields says, two of them for a person, with stages' notes as the pipeline writes them."""
    import numpy as np

    from imaging.model import Box, Page
    from ocr.forms import catalogue
    from ocr.model import FieldValue, Line, Reading, Voucher
    from processing.pipeline import Outcome

    page = Page(np.zeros((1167, 1654), np.uint8), 200.0, 1)
    for stage in ("decode", "orient", "bed", "crop", "deskew", "background", "quality", "stamps", "blank"):
        page = page.noted(stage, angle=0.25, sharpness=81.5, fault="")
    rng = random.Random(-number)
    lines = tuple(Line(f"凭证 {rng.randrange(10**16):016d}", 0.99, Box(9, 9, 99, 20)) for _ in range(60))
    fields = {
        name: FieldValue(name, str(rng.random()), "raw", 0.99, at > 1, "ocr:rapid", Box(9, 9 * at, 99, 20))
        for at, name in enumerate(catalogue().types["wire_transfer"].required)
    }
    voucher = Voucher("wire_transfer", 0.99, fields, (), Reading(lines, "rapid", 1654, 1167))
    return Outcome(page, voucher, "", "", "", f"{rng.getrandbits(64):016x}")


def store_page(archive: Any, page: Any, day: Any, made: Mapping[str, bytes], found: Any, clock: Any) -> None:
    """What the pipeline does once a page is made."""
    from archive.objects import put_pack
    from processing.pipeline import commit

    with clock.step("store"):
        names = put_pack(archive.objects, made)
    named = replace(found, access=names["access.jpg"], thumbnail=names["thumbnail.jpg"], reading=names["reading.json"])
    with clock.step("commit"):
        commit(archive, page, day, named, clock)


_together: Any = None


def _meeting(barrier: Any) -> None:
    global _together  # noqa: PLW0603  # a barrier reaches a process only as it starts
    _together = barrier


def timed(act: Callable[[int], None], count: int) -> dict[str, float]:
    """When the acts began, once every process is warm, and ended (seconds of the machine's one clock), and the
    milliseconds of this process's own processor time each took."""
    for number in range(WARM):
        act(number)
    _together.wait(MEETS_WITHIN)
    begin, used = time.monotonic(), time.process_time()
    for number in range(WARM, count):
        act(number)
    spent = (time.process_time() - used) / (count - WARM)
    return {"begin": begin, "end": time.monotonic(), "client": spent * 1000}


def stored(place: Place, count: int, seed: int) -> dict[str, float]:
    """Claims and stores so many pages; when it did, and the milliseconds a page of each step."""
    from processing.pipeline import Clock

    archive, clock = _open(place), Clock()
    until = datetime.now(UTC) + LEASE
    with archive.catalogue.write() as tx:
        pages = [tx.pages.claim(f"bench {seed}", until) for _ in range(count)]
        days = {page.batch_id: tx.batches.get(page.batch_id).day for page in pages}
    made = [(days[page.batch_id], parts(page.id), outcome(page.id)) for page in pages]
    times = timed(lambda at: store_page(archive, pages[at], *made[at], clock), count)
    archive.close()
    return {**times, **{name: spent / count for name, spent in clock.steps.items()}}


def bare(place: Place, count: int, seed: int) -> dict[str, float]:
    """Writes the same bytes durably without anything else: a file and its fsync, or the SDK's bare put."""
    from archive.objects.packs import packed

    made = [packed(parts(seed * 1_000_000 + at))[0] for at in range(count)]
    write = _bare_bucket(place.objects, seed) if place.objects.endpoint else _bare_folder(place.objects, seed)
    return timed(lambda at: write(at, made[at]), count)


def _bare_folder(where: Address, seed: int) -> Callable[[int, bytes], None]:
    folder = Path(where.url.removeprefix("file://") + f"-bare-{seed}")
    folder.mkdir(exist_ok=True)

    def write(at: int, data: bytes) -> None:
        with (folder / str(at)).open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    return write


def _bare_bucket(where: Address, seed: int) -> Callable[[int, bytes], None]:
    import io

    from minio import Minio
    from minio.error import S3Error

    server = Minio(
        endpoint=where.endpoint.removeprefix("http://"), access_key=where.user, secret_key=where.secret, secure=False
    )

    def write(at: int, data: bytes) -> None:
        server.put_object(bucket_name="bare", object_name=f"{seed}/{at}", data=io.BytesIO(data), length=len(data))

    if not server.bucket_exists(bucket_name="bare"):
        with contextlib.suppress(S3Error):  # another process makes it at this moment
            server.make_bucket(bucket_name="bare", object_lock=True)
    return write


def rate(work: Callable[..., dict[str, float]], place: Place, pages: int, first: int) -> dict[str, float]:
    """Pages a second of all processes together, and the milliseconds a page of their steps and processors. Their seeds
    begin with `first`."""
    share, spawn = pages // PROCESSES, get_context("spawn")
    with ProcessPoolExecutor(
        PROCESSES, mp_context=spawn, initializer=_meeting, initargs=(spawn.Barrier(PROCESSES),)
    ) as pool:
        running = [pool.submit(work, place, share, first + at) for at in range(PROCESSES)]
        found = [one.result() for one in running]
    wall = max(one["end"] for one in found) - min(one["begin"] for one in found)
    means = {name: mean(one[name] for one in found) for name in found[0] if name not in {"begin", "end"}}
    return {"a second": (share - WARM) * PROCESSES / wall, **means}


def measured(place: Place, pages: int, servers: Mapping[str, int]) -> dict[str, object]:
    """One size, in turns with bare writes: the pages a second of each turn, the ratio of each turn and its bare one,
    and the medians of the milliseconds a page. `servers` are the first processes of those that store, by name."""
    archive, ours, limits = _open(place), [], []
    archive.objects.put(b"the bucket is made")
    for turn in range(TURNS):
        fill(archive, turn * pages, pages)
        seed = turn * PROCESSES + 1
        limits.append(rate(bare, place, pages, seed)["a second"])
        before = {name: busy(pid) for name, pid in servers.items()}
        found = rate(stored, place, pages, seed)
        ours.append(found | {name: (busy(pid) - before[name]) / pages * 1000 for name, pid in servers.items()})
    archive.close()
    speeds = [one["a second"] for one in ours]
    return {
        "pages_per_second": round(median(speeds), 1),
        "bare_puts_per_second": round(median(limits), 1),
        "ratio": round(median(speed / limit for speed, limit in zip(speeds, limits, strict=True)), 2),
        "turns": " ".join(f"{speed:.0f}/{limit:.0f}" for speed, limit in zip(speeds, limits, strict=True)),
        "ms_a_page": {name: round(median(one[name] for one in ours), 1) for name in ours[0] if name != "a second"},
    }


def busy(pid: int) -> float:
    """Seconds that the processors have worked for a process and those it has started, ended ones too."""
    plain = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(map(int, plain[11:15])) / os.sysconf("SC_CLK_TCK") + sum(busy(int(one)) for one in children)


def run(out: Path, pages: int = 400) -> dict[str, object]:
    """The figures of both sizes; the servers are started for it."""
    from tools.services import Minio, Postgres

    small = Place(Address(f"sqlite:///{out / 'catalogue.db'}"), Address((out / "objects").as_uri()))
    minio, postgres = Minio(out / "minio"), Postgres(out / "postgres")
    found: dict[str, object] = {"pages": pages, "folder and SQLite": measured(small, pages, {})}
    try:
        minio.start()
        postgres.start()
        words = {**minio.settings(), **postgres.settings()}
        objects = Address(
            words["VOUCH_OBJECTS_URL"],
            words["VOUCH_OBJECTS_KEY"],
            words["VOUCH_OBJECTS_SECRET"],
            words["VOUCH_OBJECTS_ENDPOINT"],
            {"lock": "governance:10y"},
        )
        catalogue = Address(words["VOUCH_DATABASE_URL"], secret=words["VOUCH_DATABASE_PASSWORD"])
        found["MinIO and PostgreSQL"] = measured(
            Place(catalogue, objects), pages, {"MinIO": minio.pid, "PostgreSQL": postgres.pid}
        )
    finally:
        postgres.stop()
        minio.stop()
    return found
