"""`vouch user`: local accounts, their passwords and API keys."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from api.cli.console import Json, Usage, emit, say, show, told
from api.cli.opening import local_person, opened
from archive.errors import Invalid, NotFound
from archive.model import Person, Role
from archive.vault import Archive

app = typer.Typer(help="Local accounts: add, list, key, password.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The name that the person signs in with.", show_default=False)]
Given = Annotated[str, typer.Option("--password", help="Without it one is made and shown once.")]
SHORTEST = 8


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError as error:
        raise Usage(f"--role {text!r} is none of {', '.join(Role)}") from error


def _hash(password: str) -> str:
    from api.auth import hash_password  # brings the web framework along

    return hash_password(password)


def _password(given: str) -> str:
    if given and len(given) < SHORTEST:
        raise Invalid("--password", f"it has fewer than {SHORTEST} characters; choose a longer one")
    return given or secrets.token_urlsafe(12)


def _person(archive: Archive, name: str) -> Person:
    with archive.catalogue.read() as tx:
        found = tx.people.by_name(name)
    if found is None:
        raise NotFound(f"no account is called {name}; `vouch user list` shows them")
    return found.person


def _told(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "display_name": person.display_name,
        "role": person.role.value,
        "branch_no": person.branch_no,
        "branches": sorted(person.branches),
        "active": person.active,
    }


@app.command("add")
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="operator, keyer, supervisor, auditor, system_administrator, …")],
    branch: Annotated[str, typer.Option(help="Where the person works.")] = "",
    scope: Annotated[
        list[str] | None, typer.Option("--sees", help="A branch the person may see; all without it.")
    ] = None,
    display_name: Annotated[str, typer.Option(help="The name that screens show.")] = "",
    password: Given = "",
    as_json: Json = False,
) -> None:
    """Add an account."""
    with told(as_json), opened() as archive:
        rank, chosen = _role(role), _password(password)
        with archive.catalogue.write() as tx:
            person = tx.people.add(
                name,
                display_name or name,
                rank,
                branch_no=branch,
                branches=scope or (),
                password_hash=_hash(chosen),
            )
            tx.events.add("user.added", local_person().name, detail={"name": name, "role": rank.value})
    _hand_over(person, "" if password else chosen, as_json)


def _hand_over(person: Person, made: str, as_json: bool) -> None:
    """Tells the account, and the password that was made for it: it is shown this once."""
    if as_json:
        emit(_told(person) | ({"password": made} if made else {}))
    elif made:
        typer.echo(f"{person.name}: {made}")
        say("this password is shown once")
    else:
        say(f"{person.name} is ready")


@app.command("list")
def list_users(as_json: Json = False) -> None:
    """Everyone with an account."""
    with told(as_json), opened() as archive, archive.catalogue.read() as tx:
        people = [_told(person) for person in tx.people.list()]
    if as_json:
        emit({"users": people})
    else:
        rows = [[p["name"], p["display_name"], p["role"], p["branch_no"], "" if p["active"] else "off"] for p in people]
        show("Accounts", ["name", "shown as", "role", "branch", ""], rows)


@app.command("password")
def password(name: Name, given: Given = "", as_json: Json = False) -> None:
    """Give an account another password."""
    with told(as_json), opened() as archive:
        person, chosen = _person(archive, name), _password(given)
        with archive.catalogue.write() as tx:
            tx.people.set_password(person.id, _hash(chosen))
            tx.people.signed_in(person.id)
            tx.events.add("user.password", local_person().name, detail={"name": name})
    _hand_over(person, "" if given else chosen, as_json)


@app.command("key")
def key(name: Name, as_json: Json = False) -> None:
    """Make an API key for an account; the key before it ends."""
    with told(as_json), opened() as archive:
        person = _person(archive, name)
        from api.auth import new_key

        made, kept = new_key()
        with archive.catalogue.write() as tx:
            tx.people.set_key(person.id, kept)
            tx.events.add("user.key", local_person().name, detail={"name": name})
    if as_json:
        emit({"name": name, "key": made})
    else:
        typer.echo(made)
        say("this key is shown once; send it as `Authorization: Bearer …`")
