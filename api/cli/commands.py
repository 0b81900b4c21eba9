"""The commands of `vouch`."""

from __future__ import annotations

import typer

from api.cli import batches, days, forms, journals, params, users
from api.cli.demo import demo
from api.cli.evaluating import evaluate
from api.cli.ingest import ingest
from api.cli.searching import search
from api.cli.serving import serve
from api.cli.system import system
from api.cli.upkeep import migrate, rebuild
from api.cli.working import schedule, work

app = typer.Typer(
    name="vouch",
    help="Images bank vouchers, reads them, archives them and balances the day.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (serve, work, schedule, ingest, evaluate, search, migrate, rebuild, demo, system):
    app.command()(command)
app.add_typer(batches.app, name="batch")
app.add_typer(days.app, name="day")
app.add_typer(journals.app, name="journal")
app.add_typer(forms.app, name="forms")
app.add_typer(params.app, name="params")
app.add_typer(users.app, name="user")
