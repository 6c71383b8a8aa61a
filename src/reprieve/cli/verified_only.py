"""``--verified-only``: leave out numbers that were never seen in a source. Given to the group, or to one command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def _remember(context: click.Context, _: click.Parameter, value: bool) -> bool:
    """What the command or any group above it was told."""
    context.ensure_object(dict)
    context.obj["verified_only"] = value or context.obj.get("verified_only", False)
    return bool(context.obj["verified_only"])


#: For the group and for each command that shows numbers; passes ``verified_only``.
VERIFIED_ONLY: Callable[[Any], Any] = click.option(
    "--verified-only",
    is_flag=True,
    callback=_remember,
    help="Leave out numbers never seen in a source, and those computed from them.",
)
