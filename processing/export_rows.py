"""The rows of an export: which columns a result has, and each record as text in them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from archive.masking import masked
from archive.model import Record, RecordField
from ocr.forms import catalogue

BOM = "\ufeff"  # by which spreadsheets know UTF-8
_FIXED = {
    "id": "编号",
    "type": "凭证种类",
    "title": "种类名称",
    "branch_no": "机构号",
    "teller_no": "柜员号",
    "business_date": "业务日期",
    "batch": "批次",
    "sheet": "张",
    "file": "文件",
    "page": "页",
    "state": "状态",
    "journal_no": "流水号",
}
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one export: the fixed ones, the fields of the types that were found, what else a record says, and
    for a manifest the name of the image."""

    fields: tuple[str, ...]
    masks: bool
    images: bool = False

    @classmethod
    def of(cls, types: Collection[str], masks: bool, images: bool = False) -> Columns:
        """The fields that the catalogue gives these types, in its order."""
        forms = catalogue()
        used = {name for kind in types if kind in forms.types for name in forms.types[kind].fields}
        return cls(tuple(name for name in forms.fields if name in used), masks, images)

    def header(self) -> list[str]:
        """Each column's label and name; a field that a fixed column has the name of is what the paper says of it."""
        forms = catalogue().fields
        labels = [f"{forms[name].labels[0] if forms[name].labels else name} {_printed(name)}" for name in self.fields]
        fixed = [f"{label} {name}" for name, label in _FIXED.items()]
        return [*fixed, *labels, "其他 other", *(["影像 image"] if self.images else [])]

    def row(self, record: Record, image: str = "") -> list[str]:
        """The record's values, amounts as decimals, none of which a spreadsheet takes for a formula."""
        known = catalogue().types.get(record.type)
        fixed = [
            str(record.id),
            record.type,
            known.title if known else "",
            record.branch_no,
            record.teller_no,
            record.business_date.isoformat(),
            f"B-{record.batch_id}",
            str(record.sheet_number),
            record.file_name,
            str(record.page_number),
            record.state.value,
            record.journal_no,
        ]
        values = [self._value(record.fields[name]) if name in record.fields else "" for name in self.fields]
        rest = [f"{name}={self._value(one)}" for name, one in record.fields.items() if name not in self.fields]
        return [safe(cell) for cell in [*fixed, *values, "; ".join(rest), *([image] if self.images else [])]]

    def _value(self, field: RecordField) -> str:
        return masked(field.name, field.value) if self.masks else field.value


def _printed(name: str) -> str:
    return f"printed_{name}" if name in _FIXED else name


def safe(cell: str) -> str:
    """The cell as text that no spreadsheet runs: what would begin a formula stands behind an apostrophe."""
    return f"'{cell}" if cell.startswith(_ACTIVE) and not _NUMBER.fullmatch(cell) else cell


def lines(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as CSV in UTF-8, lines ended as RFC 4180 has it."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
