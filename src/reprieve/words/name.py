"""Names of records as a reader wants them."""

from __future__ import annotations

#: Conditions whose id is no word.
CONDITIONS = {"crps": "CRPS", "sci": "spinal cord injury", "phn": "postherpetic neuralgia"}


def spoken(name: str) -> str:
    """An id in words: ``low_back`` is ``low back``, ``crps`` is ``CRPS``."""
    return CONDITIONS.get(name, name.replace("_", " "))


def sampled(sampling: str) -> str:
    """``arterial sampling``, or that it was not seen where the blood was drawn."""
    return "sampling site not seen" if sampling == "not seen" else f"{sampling} sampling"
