"""The command line: results on stdout, everything else on stderr.

Exit codes: 0 answered, 2 the user's input, 3 outside what can be answered, 1 a bug.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import click

from reprieve.cli.app import app
from reprieve.cli.exit_codes import fail
from reprieve.errors import ReprieveError

_STOPPED = 130


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a mistake is one sentence on stderr.

    Parameters
    ----------
    arguments : as typed after ``reprieve``; those of this process when not given
    """
    try:
        code = app(args=None if arguments is None else list(arguments), prog_name="reprieve", standalone_mode=False)
    except BrokenPipeError:  # the reader of our output closed it, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ReprieveError as error:
        return fail(error)
    except click.ClickException as error:
        _show(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("reprieve: stopped.", err=True)
        return _STOPPED
    except Exception:
        traceback.print_exc()
        click.echo("reprieve: this is a bug in Reprieve. Report the lines above, without patient data.", err=True)
        return 1
    return code if isinstance(code, int) else 0


def _show(error: click.ClickException) -> None:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
    else:
        click.echo(f"reprieve: {_sentence(error)}", err=True)


def _sentence(error: click.ClickException) -> str:
    said = " ".join(error.format_message().split())
    where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else None
    return f"{said} See '{where} --help'." if where else said


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run())
