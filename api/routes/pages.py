"""Pages: the image by size, the thumbnail, the original as it came. Every look is an event before the bytes go out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.auth import Signed
from api.context import ArchiveDep
from archive.errors import Invalid, NotFound, Refused
from archive.model import Person, Role, StoredPage
from archive.vault import Archive
from imaging import derivatives
from imaging.decode import decode
from imaging.model import Box, Page, Scan

from .shapes import PageOut

router = APIRouter(prefix="/pages", tags=["pages"])
BLIND = frozenset({Role.KEYER})
# One browser may serve several people in turn: what it keeps is kept for the session that was let to see it.
KEPT = {"Cache-Control": "private, max-age=31536000, immutable", "Vary": "Cookie, Authorization"}


def visible(archive: Archive, page_id: int, person: Person) -> StoredPage:
    """The page, where this person may see whole pages. A keyer's session opens snippets only."""
    if person.role in BLIND:
        raise Refused("a keyer sees snippets, never a page")
    with archive.catalogue.read() as tx:
        return tx.pages.get(page_id, person.scope)


def decoded(page: StoredPage, data: bytes) -> Page:
    return decode(Scan(f"page {page.id}", data, page.access))


def region(xywh: str) -> Box:
    """The box that `left,top,width,height` says. ValueError where it says none."""
    x, y, w, h = (int(part) for part in xywh.split(","))
    return Box(x, y, w, h)


@router.get("/{page_id}")
def show(page_id: int, archive: ArchiveDep, person: Signed) -> PageOut:
    """One page as the catalogue knows it."""
    return PageOut.of(visible(archive, page_id, person))


@router.get("/{page_id}/image", response_class=Response)
def image(
    page_id: int, archive: ArchiveDep, person: Signed, w: Annotated[int | None, Query(ge=16, le=8000)] = None
) -> Response:
    """The access copy as JPEG: upright, straight, in colour; `w` scales it to a width in pixels."""
    page = visible(archive, page_id, person)
    if not page.access:
        raise NotFound(f"page {page_id} has no image yet")
    with archive.catalogue.write() as tx:
        tx.events.add("page.seen", person.name, batch_id=page.batch_id, page_id=page.id, record_id=page.record_id)
    data = archive.objects.get(page.access)
    if w is not None and w < page.width:
        data = derivatives.resized(decoded(page, data), w)
    return Response(data, media_type="image/jpeg", headers={**KEPT, "ETag": f'"{page.access}-{w}"'})


@router.get("/{page_id}/crop", response_class=Response)
def crop(page_id: int, xywh: str, archive: ArchiveDep, person: Signed) -> Response:
    """A region of the access copy as PNG; `xywh` is left,top,width,height in its pixels."""
    page = visible(archive, page_id, person)
    if not page.access:
        raise NotFound(f"page {page_id} has no image yet")
    copy = decoded(page, archive.objects.get(page.access))
    try:
        data = derivatives.snippet(copy, region(xywh))
    except ValueError as error:
        raise Invalid("xywh", f"{xywh!r} is not left,top,width,height on page {page_id}") from error
    return Response(data, media_type="image/png", headers=KEPT)


@router.get("/{page_id}/thumbnail", response_class=Response)
def thumbnail(page_id: int, archive: ArchiveDep, person: Signed) -> Response:
    """The thumbnail, within 160 × 114 pixels."""
    page = visible(archive, page_id, person)
    if not page.thumbnail:
        raise NotFound(f"page {page_id} has no thumbnail yet")
    data = archive.objects.get(page.thumbnail)
    kind = "image/webp" if data[:4] == b"RIFF" else "image/jpeg"
    return Response(data, media_type=kind, headers={**KEPT, "ETag": f'"{page.thumbnail}"'})


@router.get("/{page_id}/original", response_class=Response)
def original(page_id: int, archive: ArchiveDep, person: Signed) -> Response:
    """The file as it came, byte for byte."""
    page = visible(archive, page_id, person)
    with archive.catalogue.write() as tx:
        file = tx.batches.file(page.file_id)
        tx.events.add("page.taken", person.name, batch_id=page.batch_id, page_id=page.id, record_id=page.record_id)
    headers = {**KEPT, "ETag": f'"{page.original}"', "X-Content-SHA256": page.original}
    return Response(archive.objects.get(page.original), media_type=file.media_type, headers=headers)
