"""A population model in a few words: for what, in whom, where its blood was drawn, and whether it runs."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from reprieve.cli.console import console
from reprieve.evidence.records.population import Population, Range
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.words import sampled, wrapped

_STYLE = {"runs": "green", "for comparison only": "yellow", "does not run": "red"}


def state(model: PopulationModel) -> str:
    """``runs``, ``for comparison only`` (never for dosing) or ``does not run`` (incomplete)."""
    if model.completeness == "incomplete":
        return "does not run"
    return "for comparison only" if model.never_for_dosing else "runs"


def why_not(model: PopulationModel) -> str | None:
    """Why a model does not run, or only for comparison; None where it runs."""
    if model.completeness == "incomplete":
        return f"missing: {'; '.join(lack.what for lack in model.missing)}"
    return f"never for dosing: {' '.join(model.never_for_dosing.split())}" if model.never_for_dosing else None


def card(model: PopulationModel) -> dict[str, Any]:
    """One row of ``models list --json``."""
    people = model.population
    return {
        "id": model.id,
        "forms": list(model.forms),
        "routes": list(model.inputs),
        "sampling": model.sampling,
        "people": {
            "who": people.who,
            "n": people.n,
            "age_years": _ends(people.age_years),
            "weight_kg": _ends(people.weight_kg),
        },
        "completeness": model.completeness,
        "runs": state(model) == "runs",
        "state": state(model),
        "why_not": why_not(model),
    }


def _ends(span: Range | None) -> list[float] | None:
    return [span.low, span.high] if span else None


def who(people: Population) -> str:
    """``20 healthy volunteers``; how many is left out where it was not seen."""
    if people.who == "not seen":
        return "people not seen"
    return people.who if people.n is None or people.who[0].isdigit() else f"{people.n} {people.who}"


def print_cards(cards: Sequence[Mapping[str, Any]]) -> None:
    """Print the list: two lines a model, or more where the terminal is narrow."""
    screen = console()
    widest = max(len(one["id"]) for one in cards) + 2
    for one in cards:
        screen.print(Text.assemble((one["id"].ljust(widest), "bold"), (one["state"], _STYLE[one["state"]])))
        people = one["people"]
        told = who(Population(who=people["who"], n=people["n"]))
        routes = ", ".join(one["routes"]) or "no route"
        parts = (" and ".join(one["forms"]), routes, sampled(one["sampling"]), told, one["completeness"])
        screen.print(Text(textwrap.indent(wrapped(" · ".join(parts), screen.width - 2), "  ")))
        if one["why_not"]:
            screen.print(Text(textwrap.indent(wrapped(one["why_not"], screen.width - 2), "  "), "dim"))
    runs = sum(one["runs"] for one in cards)
    screen.print()
    hint = f"{runs} of {len(cards)} run. 'reprieve models show ID' shows one, 'reprieve models check' tests them."
    screen.print(Text(wrapped(hint, screen.width), "dim"))
