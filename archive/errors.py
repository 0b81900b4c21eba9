"""Errors of the archive's domain. They know nothing of HTTP; `api/errors.py` maps them."""


class NotFound(LookupError):
    """Nothing of that name, or it is outside the asker's scope (the two read alike)."""


class Conflict(ValueError):
    """The state of things forbids the act; the message says what to do."""


class Refused(PermissionError):
    """The asker's role or duty forbids the act."""


class Invalid(ValueError):
    """A value that cannot be taken; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


class LeaseLost(Conflict):
    """The work was taken over by someone else; nothing of this result is kept."""


class DaySealed(Conflict):
    """The teller's day is sealed; its vouchers and figures no longer change."""


class ObjectMissing(LookupError):
    """The object store has no such object: its sha256 is the message."""


class StoreUnavailable(OSError):
    """The object store cannot be reached or is full (`full`: its disk is); nothing was acknowledged."""

    def __init__(self, *said: object, full: bool = False) -> None:
        super().__init__(*said)
        self.full = full


class ObjectDamaged(ValueError):
    """The stored bytes no longer have the hash they were stored under: the sha256 is the message."""


class CatalogueUnavailable(StoreUnavailable):
    """The database cannot be reached, is full or was held by another process for too long; nothing was committed."""


class IndexDamaged(StoreUnavailable):
    """The search index cannot be read; nothing is lost, for it can be built again from the catalogue."""


class IndexBusy(Conflict):
    """Another process writes to the search index; the one that owns the data folder does."""
