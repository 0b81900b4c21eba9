"""The pages: one page is one handler, one template and one test."""

from fastapi import APIRouter

from . import (
    balance,
    batch,
    case,
    day_board,
    exports,
    forms,
    home,
    keying,
    preferences,
    search,
    sign_in,
    system,
    upload,
    viewer,
)

ALL = (
    sign_in,
    home,
    preferences,
    day_board,
    upload,
    batch,
    viewer,
    search,
    exports,
    keying,
    balance,
    case,
    forms,
    system,
)
router = APIRouter()
for page in ALL:
    router.include_router(page.router)

__all__ = ["router"]
