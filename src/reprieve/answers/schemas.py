"""The typed answers by name, and their JSON Schema."""

from __future__ import annotations

import importlib
from typing import Any

import msgspec

from reprieve.answers.field import Answer
from reprieve.errors import UnknownName

#: Name of an answer to where its type is; loaded when it is asked for.
ANSWERS = {
    "claims": "reprieve.answers.claims:ClaimsAnswer",
    "concentration": "reprieve.answers.concentration:ConcentrationAnswer",
    "durations": "reprieve.answers.durations:DurationsAnswer",
    "faq": "reprieve.answers.faq:FaqAnswer",
    "forecast": "reprieve.answers.forecast:ForecastAnswer",
    "meta-analysis": "reprieve.answers.meta_analysis:MetaAnalysisAnswer",
    "model-card": "reprieve.answers.model_card:ModelCardAnswer",
    "model": "reprieve.answers.model:ModelAnswer",
    "models": "reprieve.answers.model_list:ModelList",
    "models-check": "reprieve.answers.model_check:CheckAnswer",
    "models-compare": "reprieve.answers.model_comparison:ComparisonAnswer",
    "outcomes": "reprieve.answers.outcome_table:OutcomeTable",
    "protocols": "reprieve.answers.protocols:ProtocolsAnswer",
    "review": "reprieve.answers.review:ReviewAnswer",
    "reviews": "reprieve.answers.review_list:ReviewList",
    "routes": "reprieve.answers.routes:RoutesAnswer",
    "search": "reprieve.answers.evidence_search:SearchAnswer",
    "studies": "reprieve.answers.study_list:StudyList",
    "study": "reprieve.answers.study:StudyAnswer",
    "topics": "reprieve.answers.claims:TopicsAnswer",
    "trial": "reprieve.answers.trial:TrialAnswer",
}


def answer_type(name: str) -> type[Answer]:
    """The type of an answer.

    Raises
    ------
    UnknownName
        No answer has this name; all of them are named.
    """
    if name not in ANSWERS:
        raise UnknownName("answer", name, ANSWERS)
    module, _, kind = ANSWERS[name].partition(":")
    found: type[Answer] = getattr(importlib.import_module(module), kind)
    return found


def answer_schema(name: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of an answer; every field has its text of help."""
    kind = answer_type(name)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(kind)}
