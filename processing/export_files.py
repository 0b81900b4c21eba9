"""The files of exports, written as the records come: a table, a ZIP of images with its manifest, a PDF of images."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from archive.model import Record, StoredPage

from .export_pdf import PdfWriter
from .export_rows import BOM, Columns, lines

_STAMP = (1980, 1, 1, 0, 0, 0)  # a result's bytes tell what was found, not when: made again they are the same
_ODD = re.compile(r"[^\w.\-() ]+")


Images = Callable[[str], bytes]  # the bytes of an image of the archive by its name there


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a result with its page."""

    record: Record
    page: StoredPage


class Writer(AbstractContextManager["Writer"], Protocol):
    """A file in the making; it is whole after `__exit__` without an error."""

    def add(self, items: Sequence[Item]) -> None:
        """The next records of the result."""
        ...


class _Closing:
    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(whole=kind is None)

    def close(self, whole: bool) -> None:
        raise NotImplementedError


class CsvWriter(_Closing):
    """One line a record."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self._file: BinaryIO = path.open("wb")
        self._columns = columns
        self._file.write(BOM.encode() + lines([columns.header()]))

    def add(self, items: Sequence[Item]) -> None:
        self._file.write(lines([self._columns.row(item.record) for item in items]))

    def close(self, whole: bool) -> None:  # noqa: ARG002  (a part of a table needs no end)
        self._file.close()


class ZipWriter(_Closing):
    """The images, the original files or the access copies, and `manifest.csv`, whose last column names the image. An
    original of several pages stands once."""

    def __init__(self, path: Path, columns: Columns, images: Images, originals: bool) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED)
        self._manifest = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115  (closed with the ZIP)
        self._manifest.write(BOM.encode() + lines([columns.header()]))
        self._columns, self._images, self._originals = columns, images, originals
        self._written: set[int] = set()

    def add(self, items: Sequence[Item]) -> None:
        for item in items:
            name = self._name(item)
            if name and not (self._originals and item.page.file_id in self._written):
                self._written.add(item.page.file_id)
                self._zip.writestr(zipfile.ZipInfo(name, _STAMP), self._images(self._hash(item)))
            self._manifest.write(lines([self._columns.row(item.record, name)]))

    def _hash(self, item: Item) -> str:
        return item.page.original if self._originals else item.page.access

    def _name(self, item: Item) -> str:
        """A name of its own in the ZIP that leads nowhere else, by batch and sheet; empty where there is no image."""
        if not self._hash(item):
            return ""
        page = item.page
        if self._originals:
            return f"B-{page.batch_id}/{page.file_id}-{plain(page.file_name)}"
        return f"B-{page.batch_id}/{page.sheet_number:04d}-{item.record.id}.jpg"

    def close(self, whole: bool) -> None:
        with self._zip, self._manifest:
            if whole:
                self._manifest.seek(0)
                info = zipfile.ZipInfo("manifest.csv", _STAMP)
                info.compress_type = zipfile.ZIP_DEFLATED
                with self._zip.open(info, "w", force_zip64=True) as target:
                    while piece := self._manifest.read(1 << 20):
                        target.write(piece)


def plain(name: str) -> str:
    """A file's name without folders and without signs that some system takes for more than a name."""
    return _ODD.sub("_", name.rsplit("/", 1)[-1]).strip(". ")[-120:] or "file"


class PdfFileWriter(_Closing):
    """One page a voucher: its access copy as it is stored, under one line that says what it is."""

    def __init__(self, path: Path, images: Images) -> None:
        self._pdf, self._images = PdfWriter(path), images

    def add(self, items: Sequence[Item]) -> None:
        for item in items:
            image = self._images(item.page.access) if item.page.access else b""
            self._pdf.page(caption(item), image)

    def close(self, whole: bool) -> None:
        self._pdf.close(whole)


def caption(item: Item) -> str:
    """What stands above a voucher's image."""
    from ocr.forms import catalogue

    record = item.record
    known = catalogue().types.get(record.type)
    amount = next((record.fields[n].value for n in ("amount", "bill_amount") if n in record.fields), "")
    parts = [known.title if known else record.type, amount, record.business_date.isoformat(), record.branch_no]
    return "  ".join([*filter(None, parts), f"B-{record.batch_id} 第{record.sheet_number}张", record.file_name])
