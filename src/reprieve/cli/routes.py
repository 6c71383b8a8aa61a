"""``reprieve routes``: what is published about each route, beside what the public is told."""

from __future__ import annotations

import click

from reprieve.cli.as_json import JSON, print_json


@click.command()
@click.argument("route", required=False, metavar="[ROUTE]")
@JSON
def routes(route: str | None, as_json: bool) -> None:
    """Compare routes: how much arrives, when it peaks, begins and ends, and what the public is told.

    \b
    Examples:
      reprieve routes
      reprieve routes intranasal
    """
    from reprieve.answers.routes import routes_answer  # noqa: PLC0415
    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

    found = routes_answer(Evidence.packaged(), route)
    if as_json:
        print_json(found.to_dict())
        return
    from reprieve.cli.route_printout import print_routes  # noqa: PLC0415

    print_routes(found, in_full=route is not None)
