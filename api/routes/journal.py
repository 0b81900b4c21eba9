"""The core-banking journal: import a file, late or again."""

from __future__ import annotations

from fastapi import APIRouter, UploadFile

from api.auth import Signed
from api.context import ArchiveDep
from archive.errors import Refused
from archive.model import Role
from supervision.journal import import_file

from .shapes import Shape

router = APIRouter(prefix="/journals", tags=["journal"])
MAY_IMPORT = frozenset({Role.SUPERVISOR, Role.SYSTEM_ADMINISTRATOR, Role.SYSTEM})


class ImportOut(Shape):
    file: str
    rows: int
    new: int
    changed: int
    same: int
    days: list[str]
    sealed: int


@router.post("", status_code=201)
def import_journal(file: UploadFile, archive: ArchiveDep, person: Signed) -> ImportOut:
    """Imports a journal file (CSV); refused as a whole where a line cannot be taken. `sealed` counts the
    lines that were left out because their day is sealed."""
    if person.role not in MAY_IMPORT:
        raise Refused(f"the role {person.role} may not import a journal")
    name, data = file.filename or "journal.csv", file.file.read()
    result = import_file(archive, name, data, actor=person.name, scope=person.scope)
    days = [f"{day.business_date} {day.branch_no} {day.teller_no}" for day in result.days]
    return ImportOut(
        file=result.name,
        rows=result.rows,
        new=result.new,
        changed=result.changed,
        same=result.same,
        days=days,
        sealed=sum(lines for _, lines in result.sealed),
    )
