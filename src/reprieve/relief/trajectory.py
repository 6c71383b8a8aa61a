"""Pain during a course and after it: what the drug takes away in each virtual patient, and what pain does without it.

    D(t) = depth · R^γ (1 + ρ^γ) / (R^γ + ρ^γ)         R the reversed fraction, 0 to 1
    A(t) = most · Ce / (Ce + C50)                       Ce at the effect site
    pain(t) = P0 · max(0, 1 - x(t) - drug(t))

R is 1 less the sensitised fraction (:mod:`reprieve.pkpd.slow_state`); relief stays near its plateau until much of it
has returned. D and A say who has how much of the drug's effect when; how much that is on average, and between people,
is the model of record's (:mod:`reprieve.relief.person_course`). x is what pain does without the drug (placebo, time,
regression to the mean), below 0 while a person's pain is worse. On placebo drug(t) is 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

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
from reprieve.relief.felt_exposure import AT_THE_END, FeltCurve, felt_curve
from reprieve.relief.follow_up import FOLLOW_UP_DAYS, no_such_day
from reprieve.relief.person_course import drug_part, fluctuation
from reprieve.relief.potency import analyte_potencies
from reprieve.relief.virtual_patients import VirtualPatients

Floats = NDArray[np.float64]

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
    acute : acute effect A of the mechanism
    reversed_ : sensitisation reversed, R
    drug : share of baseline pain that the drug takes away
    context : x, share of baseline pain that is gone without it; the day's own scatter is not in it
    day_scatter : (n_patients,) SD of that scatter, share of baseline
    note : what the exposure approximates
    """

    hours: Floats
    end_h: float
    concentration: Floats
    acute: Floats
    reversed_: Floats
    drug: Floats
    context: Floats
    day_scatter: Floats
    note: str

    def __repr__(self) -> str:
        return f"<Trajectory of {len(self.drug)} virtual patients at {len(self.hours)} times>"

    @property
    def days(self) -> Floats:
        """(n_times,) days after the end of the last dose; negative during the course."""
        return (self.hours - self.end_h) / 24.0

    @cached_property
    def remaining(self) -> Floats:
        """Pain as a share of baseline, with drug."""
        return np.maximum(1.0 - self.context - self.drug, 0.0)

    @cached_property
    def remaining_on_placebo(self) -> Floats:
        """The same people without the drug."""
        return np.maximum(1.0 - self.context, 0.0)

    @property
    def taken_away(self) -> Floats:
        """Share of baseline that the drug takes away, where there is so much pain left without it."""
        return self.remaining_on_placebo - self.remaining

    def remaining_at(self, day: float, *, on_placebo: bool = False) -> Floats:
        """(n_patients,) pain as a share of baseline on a day after the last dose; negative is during the course.

        Raises
        ------
        InputError
            The day lies before the first dose or after the end of follow-up.
        """
        days = self.days
        if not days[0] - 1e-9 <= day <= days[-1] + 1e-9:
            raise InputError(no_such_day(day, float(days[0])))
        curve = self.remaining_on_placebo if on_placebo else self.remaining
        after = int(np.clip(np.searchsorted(days, day), 1, days.size - 1))
        share = float(np.clip((day - days[after - 1]) / (days[after] - days[after - 1]), 0.0, 1.0))
        return np.asarray(curve[:, after - 1] * (1.0 - share) + curve[:, after] * share)


def relief_by_reversal(reversed_: Floats, people: VirtualPatients) -> Floats:
    """D: share of pain gone by reversed sensitisation, (n_patients, n_times), by the mechanism."""
    exponent = people.plateau_exponent[:, None]
    half = people.plateau_half[:, None] ** exponent
    raised = np.maximum(reversed_, 0.0) ** exponent
    return np.asarray(people.depth[:, None] * raised * (1.0 + half) / (raised + half))


def context(people: VirtualPatients, hours: Floats, end_h: float) -> Floats:
    """Share of baseline pain that is gone without the drug, (n_patients, n_times), below 0 where pain is worse.

    The look at hour 0 of a course that lasts is the baseline; a dose given at once has just been given then.

    Parameters
    ----------
    people : the virtual patients
    hours : (n_times,) h after the start of the first dose
    end_h : h, end of the last dose
    """
    trait, slow, _ = (share**0.5 for share in people.context_shares)
    normals = people.normals("context over weeks", hours.size)
    normals[:, 0] = people.context_slow
    comes = fluctuation(hours / 24.0, people.context_slow_time_d, normals)
    relieved = people.populations.relieved(np.zeros((people.populations.size, 1)))
    mean, spread = relieved.context_mean[people.draw], relieved.context_spread[people.draw]
    gone = mean[:, None] + spread[:, None] * (trait * people.context_trait[:, None] + slow * comes)
    if end_h > 0.0:
        gone[:, hours == 0.0] = 0.0
    return np.asarray(gone)


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
        [end + 24.0 * AT_THE_END],
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
    felt: FeltCurve | None = None,
    hours: Floats | None = None,
) -> Trajectory:
    """Follow virtual patients through a regimen.

    Parameters
    ----------
    inputs : what decides the concentrations; which of its models is right is not known, so population draws are dealt
        out among them in turn
    people : the virtual patients
    felt : what the typical patient feels of it, where that is known already
    hours : (n_times,) rising h after the start of the first dose to look at; :func:`times_to_look` when not given
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
        concentration[rows], acute[rows], reversed_[rows], note = exposed(chosen, inputs, people.of(rows), hours)
        notes.append(note)
    relieved = people.populations.relieved(people.populations.added((felt or felt_curve(inputs)).at(hours)))
    mechanism = people.sensitivity[:, None] * (1.0 - (1.0 - relief_by_reversal(reversed_, people)) * (1.0 - acute))
    return Trajectory(
        hours=hours,
        end_h=end,
        concentration=concentration,
        acute=acute,
        reversed_=reversed_,
        drug=drug_part(mechanism, relieved.added[people.draw], relieved.added_spread[people.draw]),
        context=context(people, hours, end),
        day_scatter=people.context_shares[2] ** 0.5 * relieved.context_spread[people.draw],
        note=_said_once(notes),
    )


def _said_once(notes: Sequence[str]) -> str:
    """The models' notes; of those that differ in their numbers only, the leading model's."""
    by_words: dict[str, str] = {}
    for note in filter(None, notes):
        by_words.setdefault(_NUMBER.sub("", note), note)
    return " ".join(by_words.values())


def exposed(
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
