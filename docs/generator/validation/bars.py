"""What was asked of the calibration before it was scored, and whether it got there."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from generator.validation import words
from generator.validation.scores import Summary, summary
from generator.validation.sensitivity_page import ALL, forecasts
from generator.validation.tables import Outcome, Score, Tables, Variant
from reprieve.words import plain

Verdict = Literal["met", "**missed**", "not run"]

#: Share of numbers that 80 % intervals should hold, and how wide they may be on average.
_COVERAGE, _WIDTH = (0.75, 0.88), 0.58
#: Mean absolute errors: what sampling alone leaves is 0.13 for shares and 0.12 for means.
_ERRORS = {"responders, share printed": 0.165, "mean pain": 0.145}
_WORDS = "responders, authors' word"
#: How far the numbers of randomised arms may lie to one side.
_BIAS = 0.04
#: A smaller difference in the chance of relief is none that a patient would notice.
_NO_DIFFERENCE = 0.10
_SHORT = "40 min in neuropathic pain"
_SIGTERMANS = "sigtermans2009"
_SCORED = {"responders, share printed": "printed shares", "mean pain": "mean pain"}


@dataclass(frozen=True)
class Bar:
    """One thing that was asked."""

    asked: str
    found: str
    verdict: Verdict


def bars(tables: Tables) -> tuple[Bar, ...]:
    """All bars."""
    outcomes = tables.held_out
    return (
        _coverage(outcomes),
        _width(outcomes),
        *(_error(outcomes, kind, most) for kind, most in _ERRORS.items()),
        _words(outcomes),
        _bias(outcomes),
        _density(tables.structures),
        _sigtermans(outcomes),
        _placebo(outcomes),
        _short_infusion(tables.sensitivity),
    )


def _judged(is_met: bool) -> Verdict:
    return "met" if is_met else "**missed**"


def _coverage(outcomes: Sequence[Outcome]) -> Bar:
    asked = "80 % intervals, each of a fit without the study, hold 75 to 88 % of what studies printed"
    found = summary(outcomes, "held_out")
    if found is None:
        return Bar(asked, "–", "not run")
    low, high = _COVERAGE
    said = f"{found.inside} of {found.n}, {100 * found.coverage:.0f} %"
    return Bar(asked, said, _judged(low <= found.coverage <= high))


def _width(outcomes: Sequence[Outcome]) -> Bar:
    asked = f"these intervals are at most {_WIDTH:g} wide on average"
    found = summary(outcomes, "held_out")
    if found is None:
        return Bar(asked, "–", "not run")
    return Bar(asked, f"{found.width:.2f}", _judged(found.width <= _WIDTH))


def _error(outcomes: Sequence[Outcome], kind: str, most: float) -> Bar:
    asked = f"mean absolute error of {_SCORED[kind]} at most {most:g}"
    ours, said = _beside(outcomes, kind)
    return Bar(asked, said, "not run" if ours is None else _judged(ours.error <= most))


def _words(outcomes: Sequence[Outcome]) -> Bar:
    asked = "mean absolute error of response in words below the plain regression's"
    ours, said = _beside(outcomes, _WORDS)
    plain_ = summary([o for o in outcomes if o.read_as == _WORDS], "plain")
    return Bar(asked, said, "not run" if ours is None or plain_ is None else _judged(ours.error < plain_.error))


def _beside(outcomes: Sequence[Outcome], kind: str) -> tuple[Summary | None, str]:
    """The score of one kind of number, and in words beside those of the baselines."""
    mine = [o for o in outcomes if o.read_as == kind]
    ours, plain_, averages = (summary(mine, source) for source in ("held_out", "plain", "averages"))
    if ours is None or plain_ is None:
        return None, "–"
    beside = f", averages {averages.error:.3f}" if averages else ""
    return ours, f"{ours.error:.3f}; plain {plain_.error:.3f}{beside} ({words.counted(ours.n, 'number')})"


def _bias(outcomes: Sequence[Outcome]) -> Bar:
    asked = f"the median forecast of randomised arms is off by at most {_BIAS:g} to either side, in relief"
    mine = [o for o in outcomes if o.design.startswith("rct")]
    if not mine:
        return Bar(asked, "–", "not run")
    apart = {o.study: 0.0 for o in mine}
    for o in mine:
        apart[o.study] += (1.0 if o.kind == "share" else -1.0) * (o.held_out.middle - o.seen)
    bias = sum(apart.values()) / len(mine)
    most = max(apart, key=lambda study: abs(apart[study]))
    rest = [o for o in mine if o.study != most]
    without = (sum(apart.values()) - apart[most]) / max(len(rest), 1)
    said = f"{bias:+.3f} over {words.counted(len(mine), 'number')}; {without:+.3f} without {most}"
    return Bar(asked, said.replace("-", "−"), _judged(abs(bias) <= _BIAS))


def _density(scores: Sequence[Score]) -> Bar:
    asked = "log predictive density above the fitted mechanism's by more than a standard error"
    by = {name: {s.study: s.elpd for s in scores if s.structure == name} for name in ("reported", "mechanism")}
    if not all(by.values()):
        return Bar(asked, "–", "not run")
    apart = [by["reported"][study] - by["mechanism"][study] for study in by["reported"]]
    difference, error = math.fsum(apart), math.sqrt(len(apart)) * statistics.stdev(apart)
    return Bar(asked, f"{words.tenths(difference)} ({words.tenths(error)})", _judged(difference > error))


def _sigtermans(outcomes: Sequence[Outcome]) -> Bar:
    asked = "the 80 % interval without Sigtermans 2009 holds its mean pain of week 1, in both arms"
    mine = sorted((o for o in outcomes if o.study == _SIGTERMANS and o.kind == "mean" and 0 <= o.day <= 7), key=_role)
    if not mine:
        return Bar(asked, "–", "not run")
    said = "; ".join(
        f"{words.arm(o, mine)} {o.seen:.2f} {'in' if o.held_out.holds(o.seen) else 'outside'} {words.span(o.held_out)}"
        for o in mine
    )
    in_both = {"ketamine", "placebo"} <= {o.role for o in mine}
    return Bar(asked, said, _judged(in_both and all(o.held_out.holds(o.seen) for o in mine)))


def _role(outcome: Outcome) -> str:
    return outcome.role


def placebo(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """The numbers of arms without ketamine."""
    return tuple(o for o in outcomes if o.role in {"placebo", "active_placebo"})


def _placebo(outcomes: Sequence[Outcome]) -> Bar:
    low = _COVERAGE[0]
    asked = f"the 80 % interval without the study holds at least {100 * low:.0f} % of what placebo arms printed"
    mine = placebo(outcomes)
    ours, own = summary(mine, "held_out"), summary(mine, "fitted")
    if ours is None or own is None:
        return Bar(asked, "–", "not run")
    said = f"{ours.inside} of {ours.n}; {own.inside} when the study is in the fit ([each](README.md#placebo-arms))"
    return Bar(asked, said, _judged(ours.coverage >= low))


def short_infusion(found: Sequence[Variant]) -> tuple[Variant, ...]:
    """The forecasts after a single short infusion, by the fit to all evidence."""
    return tuple(v for v in forecasts(found) if v.variant == ALL and v.what.startswith(_SHORT))


def _short_infusion(found: Sequence[Variant]) -> Bar:
    asked = (
        "no sustained difference after single infusions of 2 h or less: from day 2, the drug adds less than "
        f"{100 * _NO_DIFFERENCE:.0f} points, or the interval of what it adds holds 0 (40 min, neuropathic pain)"
    )
    mine = short_infusion(found)
    if not mine:
        return Bar(asked, "–", "not run")
    said = "; ".join(f"{v.what.partition(', ')[2]}: {_points(v)}" for v in mine)
    return Bar(asked, f"{said} points", _judged(all(_is_none(v) for v in mine)))


def _points(found: Variant) -> str:
    low, middle, high = (plain(100 * v, 1) for v in (found.value.low, found.value.middle, found.value.high))
    return f"{middle} ({low} to {high})"


def _is_none(found: Variant) -> bool:
    return found.value.high < _NO_DIFFERENCE or _holds_zero(found)


def _holds_zero(found: Variant) -> bool:
    # The model cannot say that the drug does harm, so an interval holds 0 if it begins under half a point.
    return found.value.low < 0.005


def short_infusion_said(found: Sequence[Variant]) -> Iterator[str]:
    """What the forecasts after a short infusion show, a sentence for each day."""
    for v in short_infusion(found):
        day = v.what.partition(", ")[2]
        zero = "holds 0" if _holds_zero(v) else "does not hold 0"
        size = "under" if v.value.high < _NO_DIFFERENCE else "not wholly under"
        yield (
            f"{day[:1].upper()}{day[1:]}: {_points(v)} points. The interval {zero} and is {size} "
            f"{100 * _NO_DIFFERENCE:.0f} points."
        )
