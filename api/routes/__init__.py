"""The JSON API under `/api/v1`: thin routes that parse, call one service function and shape the answer."""

from fastapi import APIRouter, Depends

from api.auth import Signed
from archive.errors import Refused
from archive.model import Role

from . import batches, cases, days, exports, journal, pages, search, tasks, vouchers


def refuse_blind(person: Signed) -> None:
    """Keying is blind: a keyer's session opens tasks and their snippets, and nothing that tells what was read."""
    if person.role is Role.KEYER:
        raise Refused("a keyer sees snippets, never a page, a voucher, a case or a batch")


router = APIRouter(prefix="/api/v1")
router.include_router(tasks.router)
for module in (batches, pages, vouchers, journal, days, cases, search, exports):
    router.include_router(module.router, dependencies=[Depends(refuse_blind)])

__all__ = ["router"]
