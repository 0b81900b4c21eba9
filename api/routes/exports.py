"""Exports and saved searches: each person's own."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from api.auth import Signed
from api.context import ArchiveDep
from api.exporting import ExportsDep
from archive.errors import Invalid
from archive.service import Export
from processing import exports

from .search_shapes import ExportIn, ExportList, ExportOut, NameIn, SavedIn, SavedList, SavedOut

router = APIRouter()
MEDIA = {"csv": "text/csv; charset=utf-8", "zip": "application/zip", "pdf": "application/pdf"}
jobs = APIRouter(prefix="/exports", tags=["exports"])
searches = APIRouter(prefix="/searches", tags=["search"])


@jobs.post("", status_code=201)
def ask(body: ExportIn, archive: ArchiveDep, person: Signed) -> ExportOut:
    """Asks for what a search finds as a file: made in the background, kept for seven days, for this person alone."""
    order = exports.Order(body.format, body.reason, body.originals, body.masked, tuple(dict.fromkeys(body.vouchers)))
    return ExportOut.of(exports.ask(archive, person, body.asked(), order))


@jobs.get("")
def mine(archive: ArchiveDep, person: Signed) -> ExportList:
    """This person's exports, newest first."""
    with archive.catalogue.read() as tx:
        return ExportList(exports=[ExportOut.of(one) for one in tx.exports.of_person(person.id)])


@jobs.get("/{export_id}")
def show(export_id: int, archive: ArchiveDep, person: Signed) -> ExportOut:
    """One export with its progress."""
    with archive.catalogue.read() as tx:
        return ExportOut.of(tx.exports.get(export_id, person.id))


@jobs.delete("/{export_id}")
def cancel(export_id: int, archive: ArchiveDep, person: Signed) -> ExportOut:
    """Cancels an export that waits or runs."""
    return ExportOut.of(exports.cancel(archive, person, export_id))


@jobs.get("/{export_id}/file", response_class=Response)
def file(export_id: int, archive: ArchiveDep, store: ExportsDep, person: Signed) -> StreamingResponse:
    """The file, once it is done."""
    made, pieces = exports.take(archive, store, person, export_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file_name(made))}",
        "Content-Length": str(made.size),
        "Content-Encoding": "identity",  # as it is: what images hold is compressed already
        "Cache-Control": "private, no-store",
        "X-Content-SHA256": made.sha256,
    }
    return StreamingResponse(pieces, media_type=MEDIA[made.format], headers=headers)


def file_name(made: Export) -> str:
    """What an export is called on the disk of who fetches it."""
    return f"vouch-export-{made.id}.{made.format}"


@searches.get("")
def kept(archive: ArchiveDep, person: Signed) -> SavedList:
    """This person's saved searches, by name."""
    with archive.catalogue.read() as tx:
        return SavedList(searches=[SavedOut.of(one) for one in tx.saved_searches.list(person.id)])


@searches.post("", status_code=201)
def keep(body: SavedIn, archive: ArchiveDep, person: Signed) -> SavedOut:
    """Keeps a search under a name."""
    asked, name = body.asked(), named(body.name)
    with archive.catalogue.write() as tx:
        return SavedOut.of(tx.saved_searches.add(person.id, name, asked.text, asked.filters()))


@searches.get("/{search_id}")
def one(search_id: int, archive: ArchiveDep, person: Signed) -> SavedOut:
    """One saved search."""
    with archive.catalogue.read() as tx:
        return SavedOut.of(tx.saved_searches.get(search_id, person.id))


@searches.patch("/{search_id}")
def rename(search_id: int, body: NameIn, archive: ArchiveDep, person: Signed) -> SavedOut:
    """Gives it another name."""
    with archive.catalogue.write() as tx:
        return SavedOut.of(tx.saved_searches.rename(search_id, person.id, named(body.name)))


@searches.delete("/{search_id}", status_code=204, response_class=Response)
def forget(search_id: int, archive: ArchiveDep, person: Signed) -> Response:
    """Forgets it."""
    with archive.catalogue.write() as tx:
        tx.saved_searches.delete(search_id, person.id)
    return Response(status_code=204)


def named(text: str) -> str:
    """A name as it is kept. Invalid where nothing is left of it."""
    name = " ".join(text.split())
    if not 0 < len(name) <= 60:
        raise Invalid("name", "give the search a name of at most 60 characters")
    return name


router.include_router(jobs)
router.include_router(searches)
