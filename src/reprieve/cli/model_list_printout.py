"""Population models in the terminal: for what, in whom, where blood was drawn, and whether they run."""

from __future__ import annotations

import textwrap

from rich.text import Text

from reprieve.answers.model_list import ModelList, StudiedPeople
from reprieve.cli.console import console
from reprieve.evidence.records.participants import Participants
from reprieve.words import sampled, wrapped

_STYLE = {"runs": "green", "for comparison only": "yellow", "does not run": "red"}


def who(people: Participants | StudiedPeople) -> str:
    """``20 healthy volunteers``; how many is left out where it was not seen."""
    if people.who == "not seen":
        return "people not seen"
    return people.who if people.n is None or people.who[0].isdigit() else f"{people.n} {people.who}"


def print_models(found: ModelList) -> None:
    """Print the list: two lines a model, or more where the terminal is narrow."""
    terminal, listed = console(), found.models
    widest = max(len(one.id) for one in listed) + 2
    for one in listed:
        terminal.print(Text.assemble((one.id.ljust(widest), "bold"), (one.state, _STYLE[one.state])))
        routes = ", ".join(one.routes) or "no route"
        parts = (" and ".join(one.forms), routes, sampled(one.sampling), who(one.people), one.completeness)
        terminal.print(Text(textwrap.indent(wrapped(" · ".join(parts), terminal.width - 2), "  ")))
        if one.why_not:
            terminal.print(Text(textwrap.indent(wrapped(one.why_not, terminal.width - 2), "  "), "dim"))
    runs = sum(one.runs for one in listed)
    terminal.print()
    hint = f"{runs} of {len(listed)} run. 'reprieve models show ID' shows one, 'reprieve models check' tests them."
    terminal.print(Text(wrapped(hint, terminal.width), "dim"))
