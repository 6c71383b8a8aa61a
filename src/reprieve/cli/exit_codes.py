"""What went wrong, for the shell: an exit code for each kind of error, and one sentence on stderr."""

from __future__ import annotations

from collections.abc import Mapping

import click

from reprieve.errors import EvidenceError, InputError, OutsideEvidence, ReprieveError, UnknownName

#: Kind of error to exit code; a kind that is not here has that of the nearest kind it is of.
EXIT_CODES: Mapping[type[ReprieveError], int] = {
    InputError: 2,
    OutsideEvidence: 3,
    EvidenceError: 1,
    ReprieveError: 1,
}
#: What has a name to the command that lists the names.
LISTED_BY: Mapping[str, str] = {
    "population model": "reprieve models list",
    "protocol": "reprieve protocols",
    "question": "reprieve faq",
    "study": "reprieve evidence list --role all",
    "study or review": "reprieve evidence list --role all",
}


def exit_code(error: ReprieveError) -> int:
    """The exit code of an error."""
    return next(EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES)


def fail(error: ReprieveError) -> int:
    """Say on stderr what went wrong and which command helps, and return the exit code."""
    listed = LISTED_BY.get(error.kind) if isinstance(error, UnknownName) else None
    click.echo(f"reprieve: {error}" + (f" '{listed}' lists them." if listed else ""), err=True)
    return exit_code(error)
