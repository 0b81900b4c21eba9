"""`vouch params`: the parameter centre; changed by one person, in force once a second one approves."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.cli.console import Json, Usage, emit, say, show, told
from api.cli.forms import Actor, acting
from api.cli.opening import opened
from archive.accepting import NAME, AcceptError, accept_error, approve, propose, versions
from processing.logs import configure

app = typer.Typer(help="Parameters: list, set, approve.", no_args_is_help=True)


@app.command("list")
def list_params(as_json: Json = False) -> None:
    """What is in force, and every version with who proposed and who approved it."""
    with told(as_json):
        configure(quiet=True)
        with opened() as archive, archive.catalogue.read() as tx:
            shares, kept = dict(accept_error(tx)), versions(tx)
    if as_json:
        emit({NAME: shares, "versions": [_said(each) for each in kept]})
        return
    show(NAME, ["kind", "wrong of the accepted, at most"], [[kind, f"{share:g}"] for kind, share in shares.items()])
    rows = [[each.version, _told(each), each.proposed_by, each.approved_by] for each in kept]
    show("Versions", ["version", "shares", "proposed by", "approved by"], rows)


@app.command("set")
def set_param(
    name: Annotated[str, typer.Argument(help=f"The parameter: {NAME}.", show_default=False)],
    values: Annotated[list[str], typer.Argument(help="KIND=SHARE, such as amount=0.0002.", show_default=False)],
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Propose shares of errors among the values that stand without a person. A second person approves them."""
    with told(as_json):
        configure(quiet=True)
        if name != NAME:
            raise Usage(f"{name} is no parameter that can be set; choose {NAME}")
        with opened() as archive:
            who = acting(archive, actor)
            with archive.catalogue.write() as tx:
                made = propose(tx, dict(_share(each) for each in values), who)
    if as_json:
        emit(_said(made))
    else:
        say(f"version {made.version} ({_told(made)}) waits for approval: vouch params approve --as …")


@app.command("approve")
def approve_params(actor: Actor = "", as_json: Json = False) -> None:
    """Approve the version that another person proposed; pages are read by it from then on."""
    with told(as_json):
        configure(quiet=True)
        with opened() as archive:
            who = acting(archive, actor)
            with archive.catalogue.write() as tx:
                made = approve(tx, who)
    if as_json:
        emit(_said(made))
    else:
        say(f"version {made.version} ({_told(made)}) is in force now")


def _share(text: str) -> tuple[str, float]:
    kind, _, share = text.partition("=")
    try:
        return kind, float(share)
    except ValueError as error:
        raise Usage(f"{text}: give KIND=SHARE, such as amount=0.0002") from error


def _told(each: AcceptError) -> str:
    return ", ".join(f"{kind} {share:g}" for kind, share in each.shares.items())


def _said(each: AcceptError) -> dict[str, Any]:
    names = ("version", "proposed_by", "proposed_at", "approved_by", "approved_at")
    return {name: getattr(each, name) for name in names} | {"shares": dict(each.shares)}
