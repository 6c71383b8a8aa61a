"""The command line: results on stdout, everything else on stderr.

Exit codes: 0 answered, 2 the user's input, 3 outside what can be answered, 1 a bug.
"""

from __future__ import annotations

import sys

import click

from reprieve.cli.app import app
from reprieve.errors import ReprieveError


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        code = app(standalone_mode=False)
    except ReprieveError as error:
        click.echo(f"reprieve: {error}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("reprieve: stopped.", err=True)
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output closed it, as `| head` does
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)
