"""Who was studied, what could not be found about a model, and who copied it: parts of a published model."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.evidence.records.record import RecordPart, Status


class Range(RecordPart, frozen=True, kw_only=True):
    """A studied range; ``mean`` or ``median`` where printed."""

    low: float
    high: float
    mean: float | None = None
    median: float | None = None


class Participants(RecordPart, frozen=True, kw_only=True):
    """Who was studied; ``None`` where it was not seen."""

    who: str
    n: int | None = None
    female: int | None = None
    male: int | None = None
    age_years: Range | None = None
    weight_kg: Range | None = None


class Missing(RecordPart, frozen=True, kw_only=True):
    """Something the paper must have and no source that was read has, and why.

    ``route`` names the route that cannot be answered for it: no approximation may take its place.
    """

    what: str
    reason: str
    route: str | None = None


class Quoted(RecordPart, frozen=True, kw_only=True):
    """A printed value that no computation uses: text where it is not one number, with its range where printed."""

    value: float | str
    unit: str
    status: Status
    low: float | None = None
    high: float | None = None
    note: str | None = None


class Signature(RecordPart, frozen=True, kw_only=True):
    """Who did it, and when; null until somebody has."""

    by: str | None = None
    date: str | None = None


def participants_faults(people: Participants) -> Iterator[str]:
    """Sentences about ranges and counts that cannot be."""
    for what, span in (("age", people.age_years), ("weight", people.weight_kg)):
        if span is None:
            continue
        if not 0 < span.low < span.high:
            yield f"the {what} range runs from {span.low:g} to {span.high:g}; write the lower value first"
        for middle in (span.mean, span.median):
            if middle is not None and not span.low <= middle <= span.high:
                yield f"the mean or median {what} {middle:g} lies outside {span.low:g} to {span.high:g}"
    if None not in (people.n, people.female, people.male) and people.n != people.female + people.male:  # type: ignore[operator]
        yield f"{people.female} women and {people.male} men are not {people.n} people"
