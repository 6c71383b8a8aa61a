"""The model card as Markdown: the documents and the terminal show the same."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.answers.model_card import FitCounts, ModelCardAnswer, StudiedRange
from reprieve.report.markdown_table import table

_DESIGNS = {
    "rct": "randomised, parallel", "rct_crossover": "randomised, crossover", "cohort": "cohort, no control",
    "case_series": "series of cases",
}  # fmt: skip


def markdown(card: ModelCardAnswer) -> str:
    """The whole card; links are relative to the folder ``docs/explanation``."""
    parts = [f"# Model card\n\n{card.introduction}\n"]
    for section in card.sections:
        parts.append(f"{'#' * section.level} {section.title}\n\n{section.text}\n")
        parts += _tables(card, section.title)
    return "\n".join(parts)


def _tables(card: ModelCardAnswer, title: str) -> Iterator[str]:
    """The counts that stand beneath the text of a section."""
    if title == "Development data":
        yield from (_fit(card.fit), _designs(card), _conditions(card), _times(card))
    elif title == "Left out":
        yield table(("numbers", "reason"), [(one.numbers, one.reason) for one in card.left_out])
    elif title == "Exposure":
        yield _exposure(card)


def _fit(fit: FitCounts) -> str:
    bias = fit.risk_of_bias
    rows = (
        ("studies", fit.studies),
        ("people in them, as printed", f"{fit.people}; half of the studies have {fit.median_people} or fewer"),
        ("arms", f"{fit.ketamine_arms} given ketamine, {fit.placebo_arms} placebo or active placebo"),
        ("numbers", f"{fit.numbers}: {fit.shares} shares, {fit.means} means, {fit.p_values} p values"),
        ("shares in words, not per cent of relief", f"{fit.shares_in_words} of {fit.shares}"),
        ("seen in a source, and not (*recalled*)", f"{fit.seen} and {fit.recalled}"),
        ("risk of bias", f"low {bias.low}, some {bias.some}, high {bias.high}"),
        ("studies with a signal", fit.flagged_studies),
    )
    return table(("in the fit", ""), rows)


def _designs(card: ModelCardAnswer) -> str:
    rows = [
        (_DESIGNS[one.design], one.studies, one.people, one.numbers, f"{one.seen} and {one.recalled}")
        for one in card.designs
    ]
    return table(("design", "studies", "people", "numbers", "seen and recalled"), rows)


def _conditions(card: ModelCardAnswer) -> str:
    rows = []
    for one in card.conditions:
        name = f"[{one.condition}](../reference/conditions.md#{one.condition})"
        latest = None if one.latest_day is None else f"{one.latest_day:.3g}"
        rows.append((name, one.studies, one.controlled, one.people, one.numbers, latest))
    return table(("condition", "studies", "with control", "people", "numbers", "latest day"), rows)


def _times(card: ModelCardAnswer) -> str:
    columns = (
        "after the last dose", "shares and means on ketamine", "of controlled studies", "of placebo arms", "p values",
        "of them against placebo",
    )  # fmt: skip
    return table(
        columns,
        [
            (one.words, one.ketamine, one.controlled, one.placebo, one.p_values, one.p_against_placebo)
            for one in card.times
        ],
    )


def _exposure(card: ModelCardAnswer) -> str:
    rows = []
    for one in card.exposure:
        women = None if one.women is None else f"{one.women} of {one.n}"
        rows.append((f"`{one.model}`", one.who, one.n, women, _range(one.age_years), _range(one.weight_kg)))
    return table(("model", "who", "n", "women", "age, years", "weight, kg"), rows)


def _range(found: StudiedRange | None) -> str | None:
    return None if found is None else f"{found.low:g} to {found.high:g}"
