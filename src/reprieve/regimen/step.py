"""A step: one dose of one session, given at once or infused."""

from __future__ import annotations

from dataclasses import dataclass

from reprieve.errors import MissingDatum, RegimenError
from reprieve.regimen.plausibility import check_dose, check_dose_at_weight
from reprieve.regimen.quantity import Quantity


@dataclass(frozen=True)
class Step:
    """One dose, as written; the steps of a session follow each other without a gap.

    Parameters
    ----------
    dose : an amount or a rate, per kg or not; base or salt as the regimen says
    lasting : how long it is infused; none for an amount given at once

    Raises
    ------
    RegimenError
        A rate without a duration, or a magnitude that cannot be meant.
    """

    dose: Quantity
    lasting: Quantity | None = None

    def __post_init__(self) -> None:
        if not self.dose.is_dose:
            raise RegimenError(
                f"A dose is given as {self.dose}; write an amount such as 50 mg or a rate such as 5 mg/h."
            )
        if self.lasting is not None and not self.lasting.is_time:
            raise RegimenError(f"A duration is given as {self.lasting}; write a time such as 40 min, 4 h or 5 d.")
        if self.dose.is_rate and self.lasting is None:
            raise RegimenError(f"{self.dose} is a rate without a duration; add one, for example '{self.dose} for 4 h'.")
        check_dose(self.dose, self.lasting)

    @property
    def hours(self) -> float:
        """How long it is infused, h; 0 when given at once."""
        return self.lasting.to("h") if self.lasting else 0.0

    def amount(self, weight_kg: float | None) -> float:
        """The amount given, mg of what the regimen doses (base or salt).

        Parameters
        ----------
        weight_kg : body weight, kg; needed by a dose per kg, and otherwise used to check the magnitude

        Raises
        ------
        MissingDatum
            A dose per kg and no weight.
        RegimenError
            Too much for this weight to be meant.
        """
        if weight_kg is not None:
            check_dose_at_weight(self.dose, self.lasting, weight_kg)
        given = self.dose.reference
        if self.dose.is_rate:
            given *= self.hours
        if self.dose.is_per_kg:
            if weight_kg is None:
                raise MissingDatum(f"{self.dose} is a dose per kg and no weight was given; give the body weight in kg.")
            given *= weight_kg
        return given

    def __str__(self) -> str:
        if self.lasting is None:
            return str(self.dose)
        return f"{self.dose} {'for' if self.dose.is_rate else 'over'} {self.lasting}"
