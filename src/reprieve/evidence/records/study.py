"""A published study: its arms, what was measured in them, and how far to trust it."""

from __future__ import annotations

from typing import Literal

from reprieve.evidence.records.condition import ConditionId, Route
from reprieve.evidence.records.protocol import regimen_mistake
from reprieve.evidence.records.record import Part, Record, Status
from reprieve.regimen import Regimen

Kind = Literal["mean", "change", "pct_reduction", "pct_of_baseline", "proportion", "frequency", "duration", "p_between"]
#: ``acute``: in a course or within a day of it; ``sustained``: later; ``on_treatment``: daily dosing goes on.
Endpoint = Literal["baseline", "acute", "sustained", "on_treatment"]

#: What a value of each kind can be: pain 0 to 10, points, per cent, shares, attacks a day, days, p.
_RANGE: dict[Kind, tuple[float, float]] = {
    "mean": (0, 10), "change": (-10, 10), "pct_reduction": (-100, 100), "pct_of_baseline": (0, 200),
    "proportion": (0, 1), "frequency": (0, 50), "duration": (0, 4000), "p_between": (0, 1),
}  # fmt: skip

#: Days after the end of the last dose that each endpoint may have; ten years bound every follow-up.
_DAYS: dict[Endpoint, tuple[float, float]] = {
    "baseline": (-60, 0), "acute": (-60, 1), "sustained": (1, 3650), "on_treatment": (-1500, 0),
}  # fmt: skip


class Arm(Part, frozen=True, kw_only=True):
    """A group of patients and what it was given.

    Parameters
    ----------
    id : within the study
    n : patients treated
    route, form : of the ketamine; None in an arm without it, or where the form was not read
    regimen : in the regimen grammar; None with a reason where it is not known well enough
    infusion_hours : hours under infusion in the whole course
    condition : where it is not that of the whole study
    """

    id: str
    role: Literal["ketamine", "placebo", "active_placebo", "active_comparator"]
    n: int | None = None
    route: Route | None = None
    form: Literal["racemic", "esketamine"] | None = None
    regimen: str | None = None
    regimen_status: Literal["published", "approximated"] | None = None
    regimen_reason: str | None = None
    infusion_hours: float | None = None
    condition: ConditionId | None = None


class Outcome(Part, frozen=True, kw_only=True):
    """One printed number.

    Parameters
    ----------
    arm : whose number it is
    days_after_end : days after the end of the last dose; negative before and during; None where not printed
    value : pain 0 to 10, points, per cent, share, attacks a day, days or p, by ``kind``
    n : how many it was measured in; ``of`` says of what
    threshold : the share of relief that counts as response; ``response`` says it where it is not a share
    usable : whether it can enter a fit; a ``reason`` says why not
    versus, relation : the other arm of a p, and ``<`` or ``>`` where it is a bound
    """

    arm: str
    measure: str
    kind: Kind
    endpoint: Endpoint
    value: float
    status: Status
    usable: bool
    days_after_end: float | None = None
    spread: float | None = None
    spread_type: str | None = None
    n: int | None = None
    of: Literal["patients", "infusions", "pains", "courses"] = "patients"
    events: int | None = None
    denominator: int | None = None
    threshold: float | None = None
    response: str | None = None
    versus: str | None = None
    relation: Literal["<", ">", ">="] | None = None
    reason: str | None = None
    note: str | None = None


class Study(Record, frozen=True, kw_only=True):
    """A study that a forecast can be compared with.

    ``headline`` says in one sentence how long relief lasted, with the number and its status.
    """

    reference: str
    design_class: Literal["rct", "rct_crossover", "cohort", "case_series"]
    blinding: str
    risk_of_bias: Literal["low", "some", "high"]
    risk_of_bias_reason: str
    condition: ConditionId
    n_total: int
    headline: str
    arms: tuple[Arm, ...]
    outcomes: tuple[Outcome, ...]
    year: int | None = None
    note: str | None = None

    def check(self) -> None:
        """Every arm, number and day is possible and agrees with the others."""
        names = [arm.id for arm in self.arms]
        if len(set(names)) != len(names):
            self.fail("two arms have the same id")
        if not any(arm.role == "ketamine" for arm in self.arms):
            self.fail("no arm was given ketamine")
        for arm in self.arms:
            self._check_arm(arm)
        treated = sum(arm.n or 0 for arm in self.arms)
        if self.design_class == "rct" and treated > self.n_total:
            self.fail(f"its parallel arms hold {treated} patients, more than the {self.n_total} of the study")
        for outcome in self.outcomes:
            if outcome.arm not in names:
                self.fail(f"{outcome.measure}: there is no arm {outcome.arm!r}")
            self._check_value(outcome)
            self._check_counts(outcome)
            self._check_time(outcome)
            self._check_comparison(outcome, names)

    def _check_arm(self, arm: Arm) -> None:
        if arm.n is not None and not 0 < arm.n <= self.n_total:
            self.fail(f"arm {arm.id!r} has {arm.n} patients of {self.n_total} in the study")
        if arm.role == "ketamine" and arm.route is None:
            self.fail(f"arm {arm.id!r} was given ketamine by no route")
        if arm.infusion_hours is not None and not 0 < arm.infusion_hours <= 24 * 60:
            self.fail(f"arm {arm.id!r} has {arm.infusion_hours:g} infusion hours")
        if arm.regimen is None:
            if arm.role == "ketamine" and not arm.regimen_reason:
                self.fail(f"arm {arm.id!r} has no regimen and no reason why")
            return
        if arm.regimen_status is None or (arm.regimen_status == "approximated" and not arm.regimen_reason):
            self.fail(f"the regimen of arm {arm.id!r} has no status, or no reason for an approximation")
        if arm.form is not None and not arm.regimen.startswith(f"{arm.form} {arm.route} "):
            self.fail(f"arm {arm.id!r} is {arm.form} {arm.route}, but its regimen reads {arm.regimen!r}")
        if mistake := regimen_mistake(arm.regimen):
            self.fail(f"arm {arm.id!r}: {mistake}")
        planned = Regimen.parse(arm.regimen).infusion_hours
        if arm.infusion_hours is not None and abs(planned - arm.infusion_hours) > 0.01 * planned:
            self.fail(f"arm {arm.id!r} has {arm.infusion_hours:g} infusion hours, its regimen {planned:g}")

    def _check_value(self, outcome: Outcome) -> None:
        low, high = _RANGE[outcome.kind]
        if not low <= outcome.value <= high:
            self.fail(f"{outcome.measure} is {outcome.value:g}; a {outcome.kind} lies in {low:g} to {high:g}")
        if outcome.spread is not None and (outcome.spread < 0 or not outcome.spread_type):
            self.fail(f"{outcome.measure} has a spread that is negative or of no type")
        if outcome.threshold is not None and not 0 < outcome.threshold <= 1:
            self.fail(f"{outcome.measure} has the threshold {outcome.threshold:g}; it is a share in (0, 1]")
        if not outcome.usable and not outcome.reason:
            self.fail(f"{outcome.measure} is not usable and does not say why")
        if outcome.kind == "proportion" and outcome.usable and outcome.threshold is None and not outcome.response:
            self.fail(f"{outcome.measure} does not say what counts as response")

    def _check_counts(self, outcome: Outcome) -> None:
        events, denominator = outcome.events, outcome.denominator
        if (events is None) != (denominator is None):
            self.fail(f"{outcome.measure} gives one of events and denominator; give both or neither")
        if events is not None and denominator is not None:
            if not 0 <= events <= denominator:
                self.fail(f"{outcome.measure} counts {events} events of {denominator}")
            # Printed shares are rounded, and some counts were read off them: half a patient is allowed.
            if abs(events - outcome.value * denominator) > 0.5:
                self.fail(f"{outcome.measure} is {outcome.value:g}, but {events} of {denominator} are counted")
        group = next(arm for arm in self.arms if arm.id == outcome.arm).n
        if outcome.of == "patients" and None not in (outcome.n, group) and outcome.n > group:  # type: ignore[operator]
            self.fail(f"{outcome.measure} was measured in {outcome.n} of the {group} patients of {outcome.arm!r}")

    def _check_time(self, outcome: Outcome) -> None:
        day = outcome.days_after_end
        if day is None:
            return
        low, high = _DAYS[outcome.endpoint]
        if not low <= day <= high:
            self.fail(
                f"{outcome.measure} is {outcome.endpoint} at day {day:g} after the end; "
                f"such a day lies in {low:g} to {high:g}"
            )

    def _check_comparison(self, outcome: Outcome, names: list[str]) -> None:
        if outcome.kind == "p_between" and outcome.usable and outcome.versus is None:
            self.fail(f"{outcome.measure} is a p against no other arm")
        if outcome.versus is not None and (outcome.versus not in names or outcome.versus == outcome.arm):
            self.fail(f"{outcome.measure} is compared with {outcome.versus!r}, which is no other arm")
