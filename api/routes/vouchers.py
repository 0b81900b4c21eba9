"""Vouchers: what a page says, who said it when, and corrections."""

from __future__ import annotations

from fastapi import APIRouter

from api.auth import Signed
from api.context import ArchiveDep
from archive.errors import Refused
from archive.model import Person, Role
from processing import keying

from .shapes import HistoryOut, Shape, VoucherOut

router = APIRouter(prefix="/vouchers", tags=["vouchers"])


class ValueIn(Shape):
    value: str


class HistoryList(Shape):
    history: list[HistoryOut]


def require_sight(person: Person) -> None:
    if person.role is Role.KEYER:
        raise Refused("a keyer sees snippets, never a voucher")


@router.get("/{voucher_id}")
def show(voucher_id: int, archive: ArchiveDep, person: Signed) -> VoucherOut:
    """One voucher with its fields, boxes and failed rules."""
    require_sight(person)
    with archive.catalogue.read() as tx:
        return VoucherOut.of(tx.records.get(voucher_id, person.scope))


@router.get("/{voucher_id}/history")
def history(voucher_id: int, archive: ArchiveDep, person: Signed) -> HistoryList:
    """Who or what set each value, when and from what."""
    require_sight(person)
    with archive.catalogue.read() as tx:
        record = tx.records.get(voucher_id, person.scope)
        return HistoryList(history=HistoryOut.all_of(tx.records.history(record.id)))


@router.post("/{voucher_id}/fields/{name}")
def correct(voucher_id: int, name: str, body: ValueIn, archive: ArchiveDep, person: Signed) -> VoucherOut:
    """Sets a field by a person who sees the page; an empty value says that the paper has none."""
    return VoucherOut.of(keying.correct(archive, voucher_id, name, body.value, person))


@router.post("/{voucher_id}/type")
def set_type(voucher_id: int, body: ValueIn, archive: ArchiveDep, person: Signed) -> VoucherOut:
    """Says what an unclassified page is; the fields that it then misses are asked for."""
    return VoucherOut.of(keying.set_type(archive, voucher_id, body.value, person))
