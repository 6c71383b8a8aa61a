"""The forms of ketamine, and the words people use for them."""

from __future__ import annotations

from reprieve.errors import RegimenError, UnknownName

#: canonical form -> other spellings that mean it and nothing else
FORMS: dict[str, tuple[str, ...]] = {
    "racemic": ("rac-ketamine", "racemate", "racemic-ketamine"),
    "esketamine": ("s-ketamine", "(s)-ketamine", "s(+)-ketamine", "s+ketamine"),
    "arketamine": ("r-ketamine", "(r)-ketamine", "r(-)-ketamine"),
}

_SPELLINGS = {spelling: form for form, others in FORMS.items() for spelling in (form, *others)}


def is_form(word: str) -> bool:
    """Whether a word names a form, or ketamine without saying which."""
    return word.lower() in {*_SPELLINGS, "ketamine"}


def canonical_form(word: str) -> str:
    """``s-ketamine`` is ``esketamine``.

    Raises
    ------
    RegimenError
        ``ketamine`` alone, which is either of two drugs of different strength.
    UnknownName
        Anything else that is not a form; the nearest names are given.
    """
    if word.lower() == "ketamine":
        raise RegimenError(
            "'ketamine' alone is ambiguous: write 'racemic' for the usual 50:50 mixture or 'esketamine' for "
            "the S-enantiomer, which is stronger per mg."
        )
    if word.lower() not in _SPELLINGS:
        raise UnknownName("form", word, _SPELLINGS)
    return _SPELLINGS[word.lower()]
