"""``--verified-only``: leave out numbers that were never seen in a source. Given to the group, or to one command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

#: Said in place of a text that rests on memory.
LEFT_OUT = "left out: never seen in a source"
#: Statuses of what was not seen in a source.
UNVERIFIED = ("recalled", "assumed")


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


def rests_on_memory(text: object) -> bool:
    """Whether a text says that something in it is recalled."""
    return isinstance(text, str) and "recalled" in text.lower()


def verified(told: Any) -> Any:
    """A plain answer without what was never seen in a source.

    What has such a status is dropped from its list, and a text that says it is recalled is replaced by a sentence. A
    regimen or dose is dropped with the reason or caveat that says so.
    """
    if isinstance(told, (list, tuple)):
        return [verified(one) for one in told if not (isinstance(one, dict) and _unverified_part(one))]
    if not isinstance(told, dict):
        return LEFT_OUT if rests_on_memory(told) else told
    kept = {name: value if name == "status" else verified(value) for name, value in told.items()}
    return kept | dict.fromkeys(_doubted(told))


def _unverified_part(one: dict[str, Any]) -> bool:
    """An arm stays, without what was not seen of it; anything else of that status goes."""
    return one.get("status") in UNVERIFIED and "regimen" not in one


#: Fields of an arm by the word that a caveat names them with.
_BY_CAVEAT = {"n:": ("n",), "dose": ("dose",), "rate": ("dose",), "hours": ("infusion_hours",)}


def _doubted(told: dict[str, Any]) -> tuple[str, ...]:
    """The fields of an arm that rest on memory as a whole."""
    if "regimen" not in told or "reported" not in told:
        return ()
    names: list[str] = []
    if told["status"] in UNVERIFIED:
        names += ["n", "dose", "regimen", "regimen_status", "infusion_hours"]
    if rests_on_memory(told["regimen_reason"]):
        names += ["regimen", "regimen_status"]
    for said in (told["caveat"] or "").split("; "):
        names += [name for word, fields in _BY_CAVEAT.items() if said.startswith(word) and rests_on_memory(said)
                  for name in fields]  # fmt: skip
    return tuple(names)
