"""A teller's day built by hand on real embedded stores: sheets, vouchers and a journal, without imaging or OCR."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from archive.catalogue.engine import Catalogue
from archive.catalogue.pages import PageResult
from archive.index.memory import MemoryIndex
from archive.model import Batch, Case, CaseState, Person, Record, RecordState, Role, StoredPage, TellerDay
from archive.objects.memory import MemoryStore
from archive.vault import Archive
from ocr.model import FieldValue, Voucher
from supervision.journal import ImportResult, import_file

DAY = TellerDay("0102", "0417", date(2026, 3, 8))
SUPERVISOR = Person(1, "wang", "王", Role.SUPERVISOR, "0102", frozenset({"0102"}))
OPERATOR = Person(2, "li", "李", Role.OPERATOR, "0102", frozenset({"0102"}))
STRANGER = Person(3, "zhao", "赵", Role.SUPERVISOR, "0103", frozenset({"0103"}))
HEADER = (
    "business_date,branch_no,teller_no,journal_no,transaction_code,account,counter_account,name,amount,"
    "currency,direction"
)


def account(number: int) -> str:
    """A made-up account, unlike its neighbours."""
    return str(10**18 + int(hashlib.sha256(str(number).encode()).hexdigest(), 16) % (9 * 10**18))


def wire(number: int, **changed: str) -> dict[str, str]:
    """The fields of a wire transfer that `line(number)` of the journal stands behind."""
    return {
        "amount": f"{1000 + number}.50",
        "payer_account": account(number),
        "payee_account": account(number + 500),
        "payer_name": f"杭州第{number}贸易有限公司",
    } | changed


def line(number: int, **changed: str) -> str:
    """One line of a journal file for `wire(number)`."""
    said = wire(number)
    cells = {
        "business_date": "2026-03-08",
        "branch_no": "0102",
        "teller_no": "0417",
        "journal_no": f"{number:05d}",
        "transaction_code": "2101",
        "account": said["payer_account"],
        "counter_account": said["payee_account"],
        "name": said["payer_name"],
        "amount": said["amount"],
        "currency": "CNY",
        "direction": "D",
    } | changed
    return ",".join(f'"{value}"' if "," in value else value for value in cells.values())


def journal(*lines: str) -> bytes:
    """A journal file of those lines."""
    return "\n".join([HEADER, *lines]).encode()


@dataclass
class World:
    """An archive with one batch of a teller's day to put sheets in."""

    archive: Archive
    batches: dict[TellerDay, Batch] = field(default_factory=dict)
    files: int = 0

    @classmethod
    def at(cls, folder: Path) -> World:
        catalogue = Catalogue(f"sqlite:///{folder / 'catalogue.db'}")
        catalogue.migrate()
        return cls(Archive(catalogue, MemoryStore(), MemoryIndex()))

    def batch(self, sheets: int | None = None, day: TellerDay = DAY, duplex: bool = False) -> Batch:
        """Opens a batch; sheets that come after go into it."""
        with self.archive.catalogue.write() as tx:
            self.batches[day] = tx.batches.open(day, declared_sheets=sheets, duplex=duplex, actor="li")
        return self.batches[day]

    def page(self, day: TellerDay = DAY) -> StoredPage:
        """A captured page that waits to be read."""
        batch = self.batches.get(day) or self.batch(day=day)
        self.files += 1
        sha256 = self.archive.objects.put(f"scan {self.files}".encode())
        with self.archive.catalogue.write() as tx:
            file, _ = tx.batches.add_file(batch.id, f"{self.files:04d}.jpg", sha256, 9, "image/jpeg", 1)
            return tx.pages.add_pages(tx.batches.get(batch.id), file, sha256)[0]

    def running(self, day: TellerDay = DAY) -> StoredPage:
        """A page that a worker holds."""
        self.page(day)
        with self.archive.catalogue.write() as tx:
            found = tx.pages.claim("worker", datetime.now(UTC) + timedelta(minutes=5))
        assert found is not None
        return found

    def sheet(
        self,
        type: str,
        fields: Mapping[str, str] | None = None,
        *,
        doubtful: tuple[str, ...] = (),
        day: TellerDay = DAY,
    ) -> Record:
        """A sheet that was read: its record with these fields, accepted but for the doubtful ones."""
        page = self.running(day)
        values = {
            name: FieldValue(name, value, value, 0.5 if name in doubtful else 1.0, name not in doubtful, "ocr:recorded")
            for name, value in (fields or {}).items()
        }
        voucher = Voucher(type, 1.0, values)
        access = self.archive.objects.put(f"access {page.id}".encode())
        with self.archive.catalogue.write() as tx:
            tx.pages.finish(page.id, page.token, PageResult(type, access=access))
            waits = RecordState.DOUBTFUL if doubtful or type == "unknown" else RecordState.DONE
            return tx.records.put(page, tx.batches.get(page.batch_id), voucher, text="", state=waits)

    def wires(self, *numbers: int) -> list[Record]:
        """Wire transfers whose lines the journal has under the same numbers."""
        return [self.sheet("wire_transfer", wire(number)) for number in numbers]

    def quarantined(self, cause: str = "its worker died four times") -> StoredPage:
        """A page that was set aside."""
        page = self.running()
        with self.archive.catalogue.write() as tx:
            tx.pages.quarantine(page.id, page.token, cause)
            tx.days.touch(DAY)
            return tx.pages.get(page.id)

    def books(self, *lines: str) -> ImportResult:
        """Imports a journal of those lines."""
        return import_file(self.archive, "journal.csv", journal(*lines), actor="core")

    def cases(self, *states: CaseState, day: TellerDay = DAY) -> list[Case]:
        """The day's cases in those states, the open ones where none is named."""
        with self.archive.catalogue.read() as tx:
            return [case for case in tx.cases.of_day(day) if case.state in (states or (CaseState.RAISED,))]

    def key(self, record: Record, name: str, value: str) -> None:
        """A person's value for a field."""
        with self.archive.catalogue.write() as tx:
            tx.records.set_field(record.id, name, value, source="keyed:zhang", actor="zhang", basis="task")
