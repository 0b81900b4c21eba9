"""Glances: rows of a page of results say what the records say, within the same scope."""

from __future__ import annotations

from archive_world import DAY, ELSEWHERE, stored, voucher

from archive.catalogue import Transaction
from archive.catalogue.glances import Glance, GlanceField
from archive.model import EVERYTHING, Match, Record, Scope


def seen(glance: Glance, fields: list[GlanceField]) -> dict[str, object]:
    """A glance as plain values, in the words of a record."""
    plain = glance._asdict() | {"journal_no": glance.journal_no or "", "failures": tuple(glance.failures)}
    return plain | {"fields": {one[1]: tuple(one[2:]) for one in fields}}


def said(record: Record) -> dict[str, object]:
    plain = {name: getattr(record, name) for name in Glance._fields}
    fields = {}
    for name, one in record.fields.items():
        place = (one.box.x, one.box.y, one.box.w, one.box.h) if one.box else (None,) * 4
        fields[name] = (one.value, one.raw, one.confidence, one.accepted, one.source, one.version, *place)
    return plain | {"fields": fields}


def test_a_glance_says_what_its_record_says_in_the_order_that_was_asked(tx: Transaction) -> None:
    ids = [stored(tx, voucher(accepted=n > 0, amount=f"{n}.00", payer_name="张三")).id for n in range(3)]
    tx.matches.put(Match(ids[0], DAY, "J1", 4.2, "li"))
    wanted = [ids[2], 999, ids[0]]
    glances = tx.glances.many(wanted, EVERYTHING)
    assert [seen(*one) for one in glances] == [said(one) for one in tx.records.many(wanted)]
    assert [one.journal_no for one, _ in glances] == [None, "J1"]


def test_a_record_outside_the_scope_is_not_seen(tx: Transaction) -> None:
    id = stored(tx, voucher(amount="1.00")).id
    assert [one.id for one, _ in tx.glances.many([id], Scope(frozenset({DAY.branch_no})))] == [id]
    assert tx.glances.many([id], Scope(frozenset({ELSEWHERE.branch_no}))) == []
    assert tx.glances.many([], EVERYTHING) == []
