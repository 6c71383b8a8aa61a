"""Non-compartmental parameters of every subject of a table of samples, named with their units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reprieve.datasets.samples import Samples
from reprieve.errors import InputError
from reprieve.pkpd.noncompartmental import NoncompartmentalAnalysis, analyse
from reprieve.pkpd.observed_profile import BelowLimit, Route, Trapezoid, observed_profile
from reprieve.units import convert

#: Every parameter with its unit, and where an analysis has it.
_PARAMETERS = {
    "cmax_ng_per_mL": "peak",
    "tmax_h": "peak_h",
    "c0_ng_per_mL": "start",
    "clast_ng_per_mL": "last",
    "tlast_h": "last_h",
    "auc_last_ng_h_per_mL": "auc_last",
    "auc_all_ng_h_per_mL": "auc_all",
    "aumc_last_ng_h2_per_mL": "aumc_last",
    "lambda_z_per_h": "terminal.rate",
    "half_life_h": "terminal.half_life_h",
    "lambda_z_samples": "terminal.n_points",
    "lambda_z_start_h": "terminal.start_h",
    "lambda_z_end_h": "terminal.end_h",
    "lambda_z_adjusted_r2": "terminal.adjusted_r_squared",
    "half_lives_spanned": "terminal.half_lives_spanned",
    "auc_inf_ng_h_per_mL": "observed.auc",
    "auc_extrapolated_percent": "observed.extrapolated_percent",
    "auc_back_extrapolated_percent": "observed.back_extrapolated_percent",
    "auc_inf_predicted_ng_h_per_mL": "predicted.auc",
    "aumc_inf_ng_h2_per_mL": "observed.aumc",
    "clearance_L_per_h": "observed.clearance",
    "volume_terminal_L": "observed.volume_terminal",
    "mean_residence_h": "observed.mean_residence_h",
    "volume_steady_state_L": "observed.volume_steady_state",
}


@dataclass(frozen=True)
class SubjectAnalysis:
    """What was found of one subject.

    Parameters
    ----------
    samples : what was analysed
    found : the analysis; concentrations in ng/mL, clearances in L/h, volumes in L
    """

    samples: Samples
    found: NoncompartmentalAnalysis

    def parameters(self) -> dict[str, str | float | None]:
        """Every parameter by its name with its unit; None where there is no terminal phase to compute it from.

        Clearance, residence and volumes are those of the area with the last concentration as measured; after an
        extravascular dose they are apparent (over F).
        """
        named = {name: _read(self.found, path) for name, path in _PARAMETERS.items()}
        return {
            "subject": self.samples.subject,
            "dose_mg": self.samples.dose_mg,
            **named,
            "no_terminal_phase": self.found.reason or None,
        }


def _read(found: NoncompartmentalAnalysis, path: str) -> float | None:
    part, _, name = path.rpartition(".")
    owner = getattr(found, part) if part else found
    value: float | None = None if owner is None else getattr(owner, name)
    return value


def analyse_samples(
    samples: Sequence[Samples],
    *,
    route: Route,
    quantification_limit: float = 0.0,
    below_limit: BelowLimit | None = None,
    trapezoid: Trapezoid = "linear up, log down",
) -> tuple[SubjectAnalysis, ...]:
    """Non-compartmental analysis of each subject.

    Parameters
    ----------
    samples : one of each subject
    route : how the doses were given
    quantification_limit : ng/mL
    below_limit : what becomes of samples below it; must be said if there are any
    trapezoid : the rule between samples

    Raises
    ------
    InputError
        As :func:`~reprieve.pkpd.observed_profile.observed_profile`, and the subject is named.
    """
    return tuple(
        SubjectAnalysis(one, _analysed(one, route, quantification_limit, below_limit, trapezoid)) for one in samples
    )


def _analysed(
    samples: Samples, route: Route, limit: float, below_limit: BelowLimit | None, trapezoid: Trapezoid
) -> NoncompartmentalAnalysis:
    try:
        profile = observed_profile(
            samples.times_h,
            samples.concentrations,
            dose=convert(samples.dose_mg, "mg", "mcg"),  # with ng/mL this makes L/h and L
            route=route,
            duration_h=samples.duration_h,
            quantification_limit=limit,
            below_limit=below_limit,
            trapezoid=trapezoid,
        )
    except InputError as error:
        raise InputError(f"Subject {samples.subject}: {error}") from None
    return analyse(profile)
