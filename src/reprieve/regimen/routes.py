"""The routes, the words people use for them, and which of them can carry an infusion."""

from __future__ import annotations

from reprieve.errors import RegimenError, UnknownName
from reprieve.regimen.quantity import Quantity, format_number

#: canonical route -> other spellings
ROUTES: dict[str, tuple[str, ...]] = {
    "iv": ("i.v.", "intravenous", "intravenously"),
    "im": ("i.m.", "intramuscular", "intramuscularly"),
    "sc": ("s.c.", "subcutaneous", "subcutaneously", "subcut", "subq"),
    "intranasal": ("nasal", "intranasally"),
    "oral": ("po", "p.o.", "orally"),
    "oral-pr": ("oral-prolonged-release", "oral-extended-release", "oral-xr", "oral-er"),
    "sublingual": ("sl", "s.l."),
    "buccal": (),
    "rectal": ("pr", "p.r."),
    "inhaled": ("inhalation", "nebulised", "nebulized"),
    "epidural": ("peridural",),
    "topical": (),
}

#: Routes that take a pump: a rate "for", or an amount "over", a time.
INFUSED = ("iv", "sc", "epidural")
#: Routes that take an amount over a time without a pump: a nebuliser runs for minutes.
_SPREAD = (*INFUSED, "inhaled")

_SPELLINGS = {spelling: route for route, others in ROUTES.items() for spelling in (route, *others)}


def is_route(word: str) -> bool:
    """Whether a word names a route."""
    return word.lower() in _SPELLINGS


def canonical_route(word: str) -> str:
    """``subcutaneous`` is ``sc``; raises :class:`~reprieve.errors.UnknownName` with the nearest names."""
    if not is_route(word):
        raise UnknownName("route", word, _SPELLINGS)
    return _SPELLINGS[word.lower()]


def check_infusible(route: str, dose: Quantity, lasting: Quantity | None) -> None:
    """Refuse a rate, or an amount over a time, on a route that is taken at once.

    Raises
    ------
    RegimenError
        The sentence says how to write what can be given.
    """
    if dose.is_rate and route not in INFUSED:
        raise RegimenError(
            f"{route} {dose} is a rate, and only {', '.join(INFUSED)} can be infused; say how it is divided "
            f"into single doses, for example '{_divided(dose)}'."
        )
    if lasting is not None and route not in _SPREAD:
        raise RegimenError(
            f"{route} {dose} over {lasting}: this route is taken at once, and only {', '.join(_SPREAD)} can "
            f"be given over a time; leave out 'over', or split the dose, for example '5 mg every 6 min x 5'."
        )


def _divided(dose: Quantity) -> str:
    """An example that gives a daily rate as three doses a day."""
    amount = "mg/kg" if dose.is_per_kg else "mg"
    each = dose.to(f"{amount}/day") / 3
    return f"{format_number(each, 3)} {amount} every 8 h for 5 d"
