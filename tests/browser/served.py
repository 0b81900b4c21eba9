"""What a browser test has before it: a server, its archive, and the acts of the parts that run beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hands import work_off

from archive.model import Batch, TellerDay
from archive.vault import Archive
from processing import capture
from supervision.journal import import_file
from supervision.matching import refresh

DAY = TellerDay("0102", "0417", date(2026, 3, 9))
PASSWORD = "a long enough password"
VIEW = {"width": 1366, "height": 641}
HEADER = (
    "business_date,branch_no,teller_no,journal_no,transaction_code,account,counter_account,name,amount,"
    "currency,direction"
)


@dataclass
class Site:
    """A server with its archive, and the acts of the parts that run beside it."""

    url: str
    archive: Archive

    def batch(self, *files: tuple[str, bytes], declared: int | None = None, read: bool = True) -> Batch:
        """A batch of DAY with these files, read by the test engine and indexed."""
        said = capture.Declared(declared)
        batch = capture.open_batch(self.archive, DAY, declared=said, actor="test")
        for name, data in files:
            capture.add_file(self.archive, batch.id, name, data, actor="test")
        if read:
            work_off(self.archive)
        return batch

    def journal(self, *lines: str) -> None:
        """Journal lines of DAY: `number,account,name,amount` each."""
        rows = [f"2026-03-09,0102,0417,{n},2101,{a},2009876543210,{who},{m},CNY,D" for n, a, who, m in map(_cut, lines)]
        import_file(self.archive, "journal.csv", "\n".join([HEADER, *rows]).encode(), actor="test")
        refresh(self.archive, DAY)


def _cut(line: str) -> list[str]:
    return line.split(",")
