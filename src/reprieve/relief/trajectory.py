"""Pain during a course and after it: the calibrated model that joins exposure, sensitisation, acute effect and context.

    D(t) = depth · R^γ (1 + ρ^γ) / (R^γ + ρ^γ)         R the reversed fraction, 0 to 1
    A(t) = most · Ce / (Ce + C50)                       Ce at the effect site
    pain(t) = P0 · [responds ? (1 - D)(1 - A) : 1] · [1 - context(t)]

R is 1 less the sensitised fraction (:mod:`reprieve.pkpd.slow_state`); relief stays near its plateau until much of it
has returned. Context is what pain does without the drug (placebo, time, regression to the mean): constant during the
course, partly lost after it, below 0 in people whose pain rises. On placebo the middle factor is 1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError
from reprieve.exposure.build import add_effect_site
from reprieve.exposure.built_system import system_of
from reprieve.exposure.choice import Chosen
from reprieve.exposure.inputs import ExposureInputs
from reprieve.exposure.model import exposure_model, individual_dose_events
from reprieve.pkpd.individual_run import simulate_individually
from reprieve.pkpd.slow_state import SlowState
from reprieve.regimen import Part, Regimen
from reprieve.relief.potency import analyte_potencies
from reprieve.relief.virtual_patients import VirtualPatients

Floats = NDArray[np.float64]

#: Follow-up, days after the end of the last dose; relief still there then is censored.
FOLLOW_UP_DAYS = 365.0
#: The scale of pain ends here; without the drug some people's pain rises, and none beyond it.
WORST_PAIN = 10.0
#: Minutes after a dose starts or ends at which the acute effect is looked at.
_MINUTES = (1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50, 60, 75, 90, 105, 120, 150, 180, 210, 240, 300, 360)
_POINTS_DURING_COURSE = 120
_NUMBER = re.compile(r"\d[\d.]*")


@dataclass(frozen=True)
class Trajectory:
    """What happens to virtual patients over a course and after it; arrays (n_patients, n_times).

    Parameters
    ----------
    hours : (n_times,) h after the start of the first dose, rising
    end_h : h, end of the last dose
    concentration : ng/mL of the drug given, (all forms of it together)
    responds : (n_patients,) whether the drug does anything to this person's pain
    acute : acute effect A, share of pain taken away in people who respond
    reversed_ : sensitisation reversed, R
    drug_factor : (1 - D)(1 - A), what the drug leaves of the pain of this person if it responds
    remaining : pain as a share of baseline, with drug
    remaining_on_placebo : the same people without the drug
    note : what the exposure approximates
    """

    hours: Floats
    end_h: float
    concentration: Floats
    responds: NDArray[np.bool_]
    acute: Floats
    reversed_: Floats
    drug_factor: Floats
    remaining: Floats
    remaining_on_placebo: Floats
    note: str

    def __repr__(self) -> str:
        return f"<Trajectory of {len(self.responds)} virtual patients at {len(self.hours)} times>"

    @property
    def days(self) -> Floats:
        """(n_times,) days after the end of the last dose; negative during the course."""
        return (self.hours - self.end_h) / 24.0

    def remaining_at(self, day: float, *, on_placebo: bool = False) -> Floats:
        """(n_patients,) pain as a share of baseline on a day after the last dose; negative is during the course.

        Raises
        ------
        InputError
            The day lies before the first dose or after the end of follow-up.
        """
        days = self.days
        if not days[0] - 1e-9 <= day <= days[-1] + 1e-9:
            raise InputError(_no_such_day(day, float(days[0])))
        curve = self.remaining_on_placebo if on_placebo else self.remaining
        after = int(np.clip(np.searchsorted(days, day), 1, days.size - 1))
        share = float(np.clip((day - days[after - 1]) / (days[after] - days[after - 1]), 0.0, 1.0))
        return np.asarray(curve[:, after - 1] * (1.0 - share) + curve[:, after] * share)


def _no_such_day(day: float, first: float) -> str:
    return (
        f"Day {day:g} was asked for; days count from the end of the last dose, from {first:.3g} (the first dose) "
        f"to {FOLLOW_UP_DAYS:g}."
    )


def relief_by_reversal(reversed_: Floats, people: VirtualPatients) -> Floats:
    """D: share of pain gone by reversed sensitisation, (n_patients, n_times), in people who respond."""
    exponent = people.plateau_exponent[:, None]
    half = people.plateau_half[:, None] ** exponent
    raised = np.maximum(reversed_, 0.0) ** exponent
    return np.asarray(people.depth[:, None] * raised * (1.0 + half) / (raised + half))


def remaining_on_placebo(people: VirtualPatients, hours: Floats, end_h: float) -> Floats:
    """Pain as a share of baseline without the drug, (n_patients, n_times), 0 or more; above 1 where pain rose.

    The look at hour 0 of a course that lasts is the baseline; a dose given at once has just been given then.

    Parameters
    ----------
    people : the virtual patients
    hours : (n_times,) h after the start of the first dose
    end_h : h, end of the last dose
    """
    left = people.populations.context_left((hours - end_h) / 24.0)[people.draw]
    gone = people.context_size[:, None] * left
    if end_h > 0.0:
        gone[:, hours == 0.0] = 0.0
    return np.asarray(np.maximum(1.0 - gone, 0.0))


def check_days(regimen: Regimen, days: Sequence[float]) -> None:
    """Refuse days before the first dose or after the end of follow-up.

    Parameters
    ----------
    regimen : what is given
    days : after the end of the last dose; negative is during the course

    Raises
    ------
    InputError
        Naming the day and what is allowed.
    """
    first = -regimen.last_dose_end_h / 24.0
    for day in days:
        if not first - 1e-9 <= day <= FOLLOW_UP_DAYS + 1e-9:
            raise InputError(_no_such_day(day, first))


def times_to_look(regimen: Regimen) -> Floats:
    """Hours to look at: minutes around the first and last dose, the course, then days to the end of follow-up."""
    end = regimen.last_dose_end_h
    minutes = np.array(_MINUTES) / 60.0
    days = np.concatenate([[0.25, 0.5, 0.75], np.arange(1, 85), np.arange(86, FOLLOW_UP_DAYS + 1, 3), [FOLLOW_UP_DAYS]])
    asked = np.concatenate([
        [0.0],
        np.linspace(0.0, end, _POINTS_DURING_COURSE),
        *(_around_sessions(part, end) for part in regimen.parts),
        end + minutes,
        end + 24.0 * days,
    ])  # fmt: skip
    return np.unique(np.round(asked[asked >= 0], 9))


def _around_sessions(part: Part, end_h: float) -> Floats:
    """Starts and ends of up to 40 sessions of a part, of the steps of the first and last, and minutes into both."""
    minutes, starts = np.array(_MINUTES) / 60.0, np.asarray(part.starts_h)
    shown = starts[np.unique(np.linspace(0, starts.size - 1, min(starts.size, 40)).round().astype(int))]
    first = starts[0] + minutes
    return np.concatenate([
        first[first < end_h],
        shown,
        shown + part.session_hours,
        *(shown[[0, -1]] + hours for hours in np.cumsum([step.hours for step in part.steps])),
        starts[-1] + minutes[: int(np.searchsorted(minutes, part.session_hours))],
    ])  # fmt: skip


def follow(
    inputs: ExposureInputs,
    people: VirtualPatients,
    *,
    hours: Floats | None = None,
) -> Trajectory:
    """Follow virtual patients through a regimen.

    Parameters
    ----------
    inputs : what decides the concentrations; which of its models is right is not known, so population draws are dealt
        out among them in turn
    people : the virtual patients
    hours : (n_times,) rising h after the start of the first dose to look at; :func:`times_to_look` when not given

    Returns
    -------
    Course
    """
    regimen, members = inputs.regimen, inputs.members
    hours = times_to_look(regimen) if hours is None else hours
    end = regimen.last_dose_end_h
    shape = (people.draw.size, hours.size)
    concentration, acute, reversed_ = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    notes = []
    for position, chosen in enumerate(members):
        rows = people.draw % len(members) == position
        if not rows.any():
            continue
        concentration[rows], acute[rows], reversed_[rows], note = _exposed(chosen, inputs, people.of(rows), hours)
        notes.append(note)
    on_placebo = remaining_on_placebo(people, hours, end)
    drug_factor = (1.0 - relief_by_reversal(reversed_, people)) * (1.0 - acute)
    return Trajectory(
        hours=hours,
        end_h=end,
        concentration=concentration,
        responds=people.responds,
        acute=acute,
        reversed_=reversed_,
        drug_factor=drug_factor,
        remaining=np.where(people.responds[:, None], drug_factor, 1.0) * on_placebo,
        remaining_on_placebo=on_placebo,
        note=_said_once(notes),
    )


def _said_once(notes: Sequence[str]) -> str:
    """The models' notes; of those that differ in their numbers only, the leading model's."""
    by_words: dict[str, str] = {}
    for note in filter(None, notes):
        by_words.setdefault(_NUMBER.sub("", note), note)
    return " ".join(by_words.values())


def _exposed(
    chosen: Chosen, inputs: ExposureInputs, people: VirtualPatients, hours: Floats
) -> tuple[Floats, Floats, Floats, str]:
    """Concentration of the drug given, acute effect and reversed fraction by one model, and its note."""
    built = exposure_model(chosen, inputs, people.exposure, parent_only=True)
    strengths = analyte_potencies(chosen, inputs.regimen.form, people.r_potency)
    built = add_effect_site(built, ke0=people.ke0, strengths=strengths)

    def slow(readout: Floats) -> SlowState:
        felt = sum(strengths[name][:, None] * readout[:, built.analytes.index(name)] for name in strengths)
        return SlowState(np.asarray(felt), people.c50, np.ones_like(people.c50), people.k_des, people.k_rec)

    doses = individual_dose_events(built, inputs.regimen, inputs.weight_kg)
    result = simulate_individually(system_of(built, slow, n_subjects=people.draw.size), doses, hours)
    site = np.maximum(result.values[:, :, -1], 0.0)
    given = np.maximum(result.values[:, :, :-1].sum(axis=2), 0.0)
    acute = people.acute_most[:, None] * site / (site + people.acute_c50[:, None])
    return given, acute, result.slow, built.note
