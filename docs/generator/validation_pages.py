"""The pages of docs/validation and their pictures, by their names in that folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from generator.validation import (
    beside_trials_page,
    held_out_page,
    index_page,
    parameters_page,
    ranks_page,
    sensitivity_page,
    structures_page,
)
from generator.validation.tables import Tables, committed
from reprieve.pictures import Picture

_PAGES = {
    "README.md": index_page.page,
    "held-out.md": held_out_page.page,
    "structures.md": structures_page.page,
    "parameters.md": parameters_page.page,
    "sensitivity.md": sensitivity_page.page,
    "ranks.md": ranks_page.page,
}


def pages(tables: Tables) -> dict[str, Callable[[], str]]:
    """What makes each page; one whose tables are absent says so."""
    return {name: partial(made, tables) for name, made in _PAGES.items()}


def pictures(tables: Tables) -> dict[str, Callable[[], Picture]]:
    """What draws each picture, of the tables that are there."""
    found: dict[str, Callable[[], Picture]] = {
        f"held-out/{name}": partial(held_out_page.picture, tables, name) for name in held_out_page.pictures(tables)
    }
    if tables.parameters:
        found[f"parameters/{parameters_page.PICTURE}"] = partial(parameters_page.picture, tables)
    if tables.sensitivity:
        found[f"sensitivity/{sensitivity_page.PICTURE}"] = partial(sensitivity_page.picture, tables)
    if tables.ranks:
        found[f"ranks/{ranks_page.PICTURE}"] = partial(ranks_page.picture, tables)
    return found


#: Of the tables in the repository, by path in docs/validation; what stands beside the trials needs no table.
PAGES = pages(committed()) | {"beside-trials.md": beside_trials_page.page}
PICTURES = pictures(committed()) | {f"beside-trials/{beside_trials_page.PICTURE}": beside_trials_page.picture}
