"""The catalogue: tables, migrations and repositories over SQLAlchemy."""

from .batches import BatchCounts
from .engine import Catalogue, Transaction
from .journal import Upserted
from .pages import PageResult
from .people import Credentials

__all__ = ["BatchCounts", "Catalogue", "Credentials", "PageResult", "Transaction", "Upserted"]
