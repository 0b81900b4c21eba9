"""The command line: `vouch`."""

from __future__ import annotations

import typer

from api.cli import batches, days, journals, users
from api.cli.demo import demo
from api.cli.evaluating import evaluate
from api.cli.ingest import ingest
from api.cli.searching import search
from api.cli.serving import serve
from api.cli.upkeep import migrate, rebuild

main = typer.Typer(
    name="vouch",
    help="Images bank vouchers, reads them, archives them and balances the day.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (serve, ingest, evaluate, search, migrate, rebuild, demo):
    main.command()(command)
main.add_typer(batches.app, name="batch")
main.add_typer(days.app, name="day")
main.add_typer(journals.app, name="journal")
main.add_typer(users.app, name="user")
