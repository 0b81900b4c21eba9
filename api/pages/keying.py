"""Keying: one snippet, one input. The page holds no value, no page and no neighbour; the snippets come by task."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api import vocabulary
from api.i18n import Words
from api.pages.shell import DeskDep
from api.vocabulary import options
from archive.errors import Refused
from processing.keying import MAY_KEY, UNREADABLE, kinds_for

router = APIRouter()


@router.get("/key")
def keying(desk: DeskDep) -> Response:
    """The keyer's screen; its tasks are claimed by the page itself, three ahead."""
    if desk.person.role not in MAY_KEY:
        raise Refused(f"the role {desk.person.role} may not key")
    with desk.archive.catalogue.read() as tx:
        waiting = tx.tasks.counts(desk.person.scope, kinds_for(desk.person))
    return desk.page(
        "keying.html",
        title=desk.say("page.key"),
        here="key",
        queue=waiting,
        why=UNREADABLE,
        words=keying_words(desk.say),
    )


def keying_words(say: Words) -> dict[str, object]:
    """What the script says: labels and options of fields, and the lines of the screen."""
    keys = {
        "cents": "in cents",
        "point": "in yuan",
        "lost": "Someone else took it over; this is the next",
        "unsent": "{n} not sent yet",
        "stopped": "{n} not sent: no line to the server. Nothing is lost; it goes on when the line is back",
        "refused": "Not taken: {reason}",
        "empty": "No field waits to be keyed",
        "check": "The check digit does not fit; Enter again keeps it",
        "notdate": "This is no date; Enter again keeps it",
        "recalled": "The one before is back: correct it, Enter keeps it",
        "nothing": "The one before is sent already",
        "loading": "The snippet comes",
        "wider": "Nothing more to widen",
        "differ": "Key the wording as it stands",
    }
    fields = {
        name: {"label": vocabulary.field_name(name, say), "options": options(name)} for name in vocabulary.fields()
    }
    return {**{key: say(text) for key, text in keys.items()}, "fields": fields}
