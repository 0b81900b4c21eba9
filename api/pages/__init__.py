"""The pages: one page is one handler, one template and one test."""

from fastapi import APIRouter

from . import balance, batch, case, day_board, home, keying, preferences, search, sign_in, system, upload, viewer

router = APIRouter()
for page in (sign_in, home, preferences, day_board, upload, batch, viewer, search, keying, balance, case, system):
    router.include_router(page.router)

__all__ = ["router"]
