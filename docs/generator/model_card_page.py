"""The model card."""

from __future__ import annotations

from reprieve.answers.model_card_filling import model_card
from reprieve.evidence.evidence import Evidence
from reprieve.report.model_card import markdown


def page() -> str:
    """The page."""
    return markdown(model_card(Evidence.packaged()))
