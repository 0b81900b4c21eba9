"""The JSON API under `/api/v1`: thin routes that parse, call one service function and shape the answer."""

from fastapi import APIRouter

from . import batches, cases, days, journal, pages, search, tasks, vouchers

router = APIRouter(prefix="/api/v1")
for module in (batches, pages, vouchers, tasks, journal, days, cases, search):
    router.include_router(module.router)

__all__ = ["router"]
