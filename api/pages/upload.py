"""Upload: choose the teller's day, drop the files; the batch is opened or gone on with, and its wall shown."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Response

from api.context import today
from api.pages.batch import wall_words
from api.pages.days import branches
from api.pages.shell import DeskDep
from api.routes.batches import require_capture

router = APIRouter()


@router.get("/upload")
def upload(desk: DeskDep, branch: str = "", teller: str = "", date: date | None = None) -> Response:
    """The form and the place to drop files."""
    require_capture(desk.person)
    return desk.page(
        "upload.html",
        title=desk.say("page.upload"),
        here="upload",
        branch=branch,
        teller=teller,
        business_date=date or today(desk.settings),
        branches=branches(desk),
        words=wall_words(desk.say),
    )
