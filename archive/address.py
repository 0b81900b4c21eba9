"""Where a server is and how one enters it, kept apart from what may be logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Address:
    """A store's URL, without secrets, so that it may be logged. `user` and `secret` open it; `endpoint` is the server
    of an `s3://bucket` (`http://host:port`); `options` are what else its adapter understands."""

    url: str
    user: str = ""
    secret: str = field(default="", repr=False)
    endpoint: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.url


def address(where: str | Address) -> Address:
    """The address itself, or that of a plain URL."""
    return where if isinstance(where, Address) else Address(where)
