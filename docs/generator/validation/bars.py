"""What was asked of the calibration before it was scored, and whether it got there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from generator.validation import words
from generator.validation.scores import summary
from generator.validation.sensitivity_page import ALL, forecasts
from generator.validation.tables import Outcome, Tables, Variant
from reprieve.words import plain

Verdict = Literal["met", "**missed**", "not run"]

#: Share of numbers that 80 % intervals should hold.
_COVERAGE = (0.70, 0.90)
#: Mean absolute error of a first crude fit, before there was a calibration; no bar was set against plain averages.
_ERROR = 0.16
#: A smaller difference in the chance of relief is none that a patient would notice.
_NO_DIFFERENCE = 0.10
_SHORT = "40 min in neuropathic pain"
_SIGTERMANS = "sigtermans2009"
_SCORED = {"responders, share printed": "responder fractions (printed shares)", "mean pain": "mean pain"}


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
        *(_error(outcomes, kind, name) for kind, name in _SCORED.items()),
        _sigtermans(outcomes),
        _placebo(outcomes),
        _short_infusion(tables.sensitivity),
    )


def _judged(is_met: bool) -> Verdict:
    return "met" if is_met else "**missed**"


def _coverage(outcomes: Sequence[Outcome]) -> Bar:
    asked = "80 % intervals, each of a fit without the study, hold 70 to 90 % of what studies printed"
    found = summary(outcomes, "held_out")
    if found is None:
        return Bar(asked, "–", "not run")
    low, high = _COVERAGE
    said = f"{found.inside} of {found.n}, {100 * found.coverage:.0f} %"
    return Bar(asked, said, _judged(low <= found.coverage <= high))


def _error(outcomes: Sequence[Outcome], kind: str, name: str) -> Bar:
    asked = f"mean absolute error of {name} below the plain regression's and below {_ERROR:g}"
    mine = [o for o in outcomes if o.read_as == kind]
    ours, plain_ = summary(mine, "held_out"), summary(mine, "plain")
    if ours is None or plain_ is None:
        return Bar(asked, "–", "not run")
    averages = summary(mine, "averages")
    beside = f", averages {averages.error:.3f}" if averages else ""
    said = f"{ours.error:.3f}; plain {plain_.error:.3f}{beside} ({words.counted(ours.n, 'number')})"
    return Bar(asked, said, _judged(ours.error < min(plain_.error, _ERROR)))


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
