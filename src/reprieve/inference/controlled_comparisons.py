"""Ketamine against placebo in published trials, one effect per study, window and measure.

A study never counts twice: of its results in a window the one nearest to the day the window asks for is taken, of
several definitions of response the one nearest to 30 % relief. What is not taken is named with its reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reprieve.evidence.records.record import Status
from reprieve.evidence.records.study import Arm, Outcome, Study
from reprieve.inference.effect_sizes import (
    WITHIN_PAIR_CORRELATION,
    Counts,
    Mean,
    Measure,
    Sized,
    from_counts,
    from_means,
    from_p,
    together,
)
from reprieve.inference.window import Window
from reprieve.regimen import Regimen

#: The share of relief that responders are counted by, where a study prints several; as the forecast's default.
USUAL_THRESHOLD = 0.3
#: Doses in mg are turned into mg/kg at this weight, since mean weights are rarely printed.
USUAL_WEIGHT_KG = 70.0
#: Routes that stay at the nerves they are given to: shown, and not pooled with the others.
LOCAL_ROUTES = frozenset({"epidural", "intrathecal", "topical"})
#: From the firmest to the weakest; an effect is as firm as the weakest number in it.
_FIRMNESS: tuple[Status, ...] = ("seen", "derived", "assumed", "recalled")


@dataclass(frozen=True)
class Effect:
    """One study's effect in one window.

    Parameters
    ----------
    study : its record
    treated, control : arms compared; several are taken together
    day : d after the end of the last dose
    estimate, se : on the scale that is pooled, logarithms for ratios
    n : patients with and without ketamine; the same ones in a crossover
    counts : responders among patients in both groups, where it was these
    status : of the weakest number in it
    how : what was derived or assumed on the way, one sentence or more
    """

    study: Study
    treated: tuple[Arm, ...]
    control: tuple[Arm, ...]
    day: float
    estimate: float
    se: float
    n: tuple[int, int]
    counts: tuple[Counts, Counts] | None
    status: Status
    how: str = ""

    @property
    def infusion_hours(self) -> float | None:
        """Hours under infusion in the whole course, mean over the arms by size; None where one is not known."""
        return self._mean([arm.infusion_hours for arm in self.treated])

    @property
    def mg_per_kg(self) -> float | None:
        """Mg/kg of base in the whole course, mean over the arms by size; None where a regimen is not known."""
        regimens = [arm.regimen for arm in self.treated]
        return self._mean(
            [
                None if text is None else Regimen.parse(text).total_mg(USUAL_WEIGHT_KG) / USUAL_WEIGHT_KG
                for text in regimens
            ]
        )

    def _mean(self, values: Sequence[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        sizes = [arm.n or 1 for arm in self.treated]
        if len(known) < len(values):
            return None
        return sum(size * value for size, value in zip(sizes, known, strict=True)) / sum(sizes)


@dataclass(frozen=True)
class Shown:
    """A result that is shown beside the pooled ones and not pooled.

    Parameters
    ----------
    low, high : what the estimate is known to lie between, ``-inf`` and ``inf`` where open; None where nothing is
    why : why it is not pooled
    """

    study: Study
    day: float
    low: float | None
    high: float | None
    status: Status
    why: str


@dataclass(frozen=True)
class WithoutResult:
    """A study without a result of this kind in this window, and why."""

    study: Study
    why: str


@dataclass(frozen=True)
class Comparisons:
    """Everything about one measure in one window.

    ``uncontrolled`` counts studies in which nobody was given a placebo.
    """

    measure: Measure
    window: Window
    effects: tuple[Effect, ...]
    shown: tuple[Shown, ...]
    left_out: tuple[WithoutResult, ...]
    uncontrolled: int


class _Pair(NamedTuple):
    """Results of both sides, measured alike on the same day."""

    day: float
    treated: tuple[Outcome, ...]
    control: tuple[Outcome, ...]

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        return (*self.treated, *self.control)

    @property
    def status(self) -> Status:
        return max((outcome.status for outcome in self.outcomes), key=_FIRMNESS.index)


class _NotUsed(Exception):
    """Why a study gives no effect; the message is the reason shown."""


def _control_arms(study: Study) -> tuple[Arm, ...]:
    """The placebo arms; where there are none, those with an active placebo."""
    for role in ("placebo", "active_placebo"):
        if found := tuple(arm for arm in study.arms if arm.role == role):
            return found
    return ()


def _threshold_distance(outcome: Outcome) -> float:
    return math.inf if outcome.threshold is None else abs(outcome.threshold - USUAL_THRESHOLD)


def _pairs(study: Study, window: Window, kind: str) -> list[_Pair]:
    """Results of one kind that both sides have on the same day by the same definition, the preferred first."""
    control = {arm.id for arm in _control_arms(study)}
    treated = {arm.id for arm in study.arms if arm.role == "ketamine"}
    alike: dict[tuple[float, float | None, str | None], list[Outcome]] = {}
    for outcome in study.outcomes:
        day = outcome.days_after_end
        timed = day is not None and window.holds(day) and outcome.endpoint not in {"baseline", "on_treatment"}
        if timed and day is not None and outcome.usable and outcome.kind == kind:
            alike.setdefault((day, outcome.threshold, outcome.response), []).append(outcome)
    found = []
    for (day, _, _), outcomes in alike.items():
        sides = (tuple(o for o in outcomes if o.arm in ids) for ids in (treated, control))
        pair = _Pair(day, *sides)
        if pair.treated and pair.control:
            found.append(pair)
    return sorted(found, key=lambda pair: (window.nearness(pair.day), _threshold_distance(pair.treated[0])))


def _several(study: Study, pair: _Pair) -> str:
    """What is said where several arms are taken as one; refused where they hold the same patients."""
    if len(pair.outcomes) == 2:
        return ""
    if study.design_class == "rct_crossover":
        raise _NotUsed("several doses were given to the same patients, and none of them was chosen beforehand")
    names = " and ".join(outcome.arm for side in (pair.treated, pair.control) if len(side) > 1 for outcome in side)
    return f"Arms {names} are taken as one."


def _counts(outcomes: Iterable[Outcome], study: Study) -> Counts:
    events = n = 0
    for outcome in outcomes:
        if outcome.of != "patients":
            raise _NotUsed(f"responders are counted among {outcome.of}, not patients")
        if outcome.events is None or outcome.denominator is None:
            raise _NotUsed("a share of responders is printed without the count behind it")
        events, n = events + outcome.events, n + outcome.denominator
    return Counts(events, n)


def _responders(study: Study, window: Window, how: Measure, correlation: float) -> Effect:
    pairs = _pairs(study, window, "proportion")
    if not pairs:
        raise _NotUsed(_nothing(study, window, "the share of responders in both groups"))
    pair = pairs[0]
    said = [_several(study, pair)]
    treated, control = _counts(pair.treated, study), _counts(pair.control, study)
    crossover = study.design_class == "rct_crossover"
    if crossover and treated.n != control.n:
        raise _NotUsed(
            f"a crossover whose shares are of different patients: {treated.n:g} after ketamine, {control.n:g} after "
            f"placebo"
        )
    cells = [cell for group in (treated, control) for cell in (group.events, group.n - group.events)]
    if how.is_log and (treated.events == control.events == 0 or cells[1] == cells[3] == 0):
        raise _NotUsed("nobody, or everybody, responded in both groups, so a ratio says nothing")
    if 0 in cells:
        said.append("A half was added to each cell because one is empty.")
    if crossover:
        said.append(f"Crossover, correlation within patients taken as {correlation:g}.")
    sized = from_counts(how, treated, control, correlation=correlation if crossover else 0.0)
    return _effect(study, pair, sized, (treated, control), said)


def _means(outcomes: Iterable[Outcome], study: Study) -> Mean:
    groups = []
    for outcome in outcomes:
        n = outcome.n or next(arm.n for arm in study.arms if arm.id == outcome.arm)
        if outcome.spread is None or n is None or n < 2:
            raise _NotUsed("means are printed without a spread")
        if outcome.spread_type not in {"SD", "SE"}:
            raise _NotUsed(f"the spread of the means is printed as {outcome.spread_type}")
        if outcome.spread_of == "change":
            raise _NotUsed("the spread of the means is printed for the change")
        if outcome.spread == 0:
            raise _NotUsed("the spread of a mean is printed as 0")
        groups.append(Mean(outcome.value, outcome.spread * (math.sqrt(n) if outcome.spread_type == "SE" else 1.0), n))
    return together(groups)


def _pain(study: Study, window: Window, how: Measure) -> Effect:
    pairs = _pairs(study, window, "mean")
    if not pairs:
        raise _NotUsed(_nothing(study, window, "mean pain in both groups"))
    pair = pairs[0]
    if study.design_class == "rct_crossover":
        raise _NotUsed("a crossover's means need the spread of the differences within patients, which is not printed")
    said = [_several(study, pair)]
    treated, control = _means(pair.treated, study), _means(pair.control, study)
    if any(outcome.spread_type == "SE" for outcome in pair.outcomes):
        said.append("Standard deviations are derived from the standard errors.")
    return _effect(study, pair, from_means(how, treated, control), None, said, (treated.n, control.n))


def _effect(
    study: Study,
    pair: _Pair,
    sized: Sized,
    counts: tuple[Counts, Counts] | None,
    said: Iterable[str],
    n: tuple[float, float] | None = None,
) -> Effect:
    arms = {arm.id: arm for arm in study.arms}
    treated, control = (tuple(arms[outcome.arm] for outcome in side) for side in (pair.treated, pair.control))
    sizes = n or ((counts[0].n, counts[1].n) if counts else (0, 0))
    notes = dict.fromkeys(f"{outcome.note[0].upper()}{outcome.note[1:]}." for outcome in pair.outcomes if outcome.note)
    return Effect(
        study, treated, control, pair.day, sized.estimate, math.sqrt(sized.variance),
        (round(sizes[0]), round(sizes[1])), counts, pair.status, " ".join(filter(None, (*said, *notes))),
    )  # fmt: skip


def _is_p_against(outcome: Outcome, arms: set[str]) -> bool:
    return outcome.kind == "p_between" and outcome.usable and outcome.versus in arms


def _printed_p(study: Study, window: Window) -> list[Outcome]:
    """Usable p values of ketamine against placebo in the window, the preferred first."""
    control = {arm.id for arm in _control_arms(study)}
    found = []
    for outcome in study.outcomes:
        day = outcome.days_after_end
        if day is not None and window.holds(day) and _is_p_against(outcome, control):
            found.append(outcome)
    # Of two results on the same day an exact p tells more than a bound.
    return sorted(found, key=lambda o: (window.nearness(o.days_after_end or 0.0), o.relation is not None))


def _from_printed_p(study: Study, printed: Outcome) -> Effect | Shown:
    """A standardised difference from a p value, or the interval that a bound leaves it."""
    arms = {arm.id: arm for arm in study.arms}
    treated, control = arms[printed.arm], arms[printed.versus or ""]
    n1, n2, day = printed.n or treated.n, control.n, printed.days_after_end or 0.0

    def shown(low: float | None, high: float | None, why: str) -> Shown:
        return Shown(study, day, low, high, printed.status, why)

    if n1 is None or n2 is None or study.design_class == "rct_crossover" or printed.value <= 0.0:
        return shown(None, None, "p of a crossover, of groups whose size is not printed, or printed as 0")
    size, variance = from_p(printed.value, n1, n2)
    sign = {treated.id: -1.0, control.id: 1.0}.get(printed.favours or "", 0.0)
    said = f"p {printed.relation or '='} {printed.value:g}"
    if printed.relation == "<":
        # At least this large, in the direction that is printed; without one nothing can be drawn.
        low, high = {-1.0: (-math.inf, -size), 1.0: (size, math.inf)}.get(sign, (None, None))
        return shown(low, high, f"{said} is a bound, not a value")
    if printed.relation or not sign:
        why = "is a bound, not a value" if printed.relation else "without who did better: it is one end or the other"
        return shown(-size, size, f"{said} {why}")
    return Effect(
        study, (treated,), (control,), day, sign * size, math.sqrt(variance), (n1, n2), None,
        "recalled" if printed.status == "recalled" else "derived",
        f"Derived from {said}, two-sided, as of a t test.",
    )  # fmt: skip


def _standardised(study: Study, window: Window, how: Measure) -> Effect | Shown:
    """From means where they stand, else from p."""
    try:
        return _pain(study, window, how)
    except _NotUsed:
        printed = _printed_p(study, window)
        if not printed:
            raise
        return _from_printed_p(study, printed[0])


def _nothing(study: Study, window: Window, wanted: str) -> str:
    """Why a study has nothing: the nearest reason that its record gives."""
    treated = [arm.id for arm in study.arms if arm.role == "ketamine"]
    printed = [o for o in study.outcomes if o.endpoint != "baseline" and o.arm in treated]
    here = [o for o in printed if o.days_after_end is not None and window.holds(o.days_after_end)]
    here = [o for o in here if o.endpoint != "on_treatment"]
    if not printed:
        return "no result was readable"
    if not here and all(o.endpoint == "on_treatment" for o in printed):
        return "its results were taken while daily dosing went on"
    if not here:
        return "it has no result in this window"
    if all(not o.usable for o in here):
        return here[0].reason or "its result cannot be used"
    kinds = " and ".join(dict.fromkeys(_KINDS[o.kind] for o in here))
    return f"it reports {kinds} here, not {wanted}"


_KINDS = {
    "mean": "mean pain", "change": "a change of pain", "pct_reduction": "a reduction in per cent without spread",
    "pct_of_baseline": "per cent of baseline", "proportion": "responders", "frequency": "attacks a day",
    "duration": "durations", "p_between": "only p values",
}  # fmt: skip


def _of_study(study: Study, how: Measure, window: Window, correlation: float) -> Effect | Shown:
    if not _control_arms(study):
        raise _NotUsed("ketamine was compared with another active drug, not with placebo")
    if how.of == "responders":
        return _responders(study, window, how, correlation)
    return _pain(study, window, how) if how.id == "md" else _standardised(study, window, how)


def controlled_comparisons(
    studies: Iterable[Study],
    how: Measure,
    window: Window,
    *,
    verified_only: bool = False,
    correlation: float = WITHIN_PAIR_CORRELATION,
) -> Comparisons:
    """Everything that placebo-controlled trials say about one measure in one window.

    Parameters
    ----------
    studies : records; those without a comparator are counted and not named
    how, window : what is asked
    verified_only : leave out what is recalled and was not seen in a source
    correlation : between the two results of a patient in a crossover
    """
    effects: list[Effect] = []
    shown: list[Shown] = []
    left_out: list[WithoutResult] = []
    uncontrolled = 0
    for study in studies:
        if all(arm.role == "ketamine" for arm in study.arms):
            uncontrolled += 1
            continue
        try:
            found = _of_study(study, how, window, correlation)
        except _NotUsed as reason:
            left_out.append(WithoutResult(study, str(reason)))
            continue
        if verified_only and found.status == "recalled":
            left_out.append(WithoutResult(study, "its numbers are recalled and not verified"))
        elif isinstance(found, Shown):
            shown.append(found)
        elif routes := LOCAL_ROUTES.intersection(arm.route or "" for arm in found.treated):
            reach = 1.96 * found.se
            shown.append(
                Shown(
                    study,
                    found.day,
                    found.estimate - reach,
                    found.estimate + reach,
                    found.status,
                    f"{', '.join(routes)}: not a systemic route. {found.how}".strip(),
                )
            )
        else:
            effects.append(found)
    return Comparisons(how, window, tuple(effects), tuple(shown), tuple(left_out), uncontrolled)
