"""What routes and pages depend on: the archive of the application and the person who asks."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from archive.model import Person
from archive.vault import Archive

from .auth import current_person


def get_archive(request: Request) -> Archive:
    """The archive that the application was made with."""
    return cast(Archive, request.app.state.archive)


ArchiveDep = Annotated[Archive, Depends(get_archive)]
PersonDep = Annotated[Person, Depends(current_person)]
