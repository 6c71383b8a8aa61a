"""A group of patients of a study and what it was given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from reprieve.evidence.records.condition import ConditionId, Route
from reprieve.evidence.records.protocol import regimen_mistake
from reprieve.evidence.records.record import RecordPart, Status
from reprieve.regimen import Regimen


class Reported(RecordPart, frozen=True, kw_only=True):
    """What a source says of an arm that is no pain score: in words, with what is known of its truth."""

    what: Literal["relief", "finding", "adverse_events", "dropouts", "opioids"]
    text: str
    status: Status


class Arm(RecordPart, frozen=True, kw_only=True):
    """A group of patients and what it was given.

    Parameters
    ----------
    id : within the study
    n : patients treated
    route, form : of the ketamine; None in an arm without it, or where the form was not read
    regimen : in the regimen grammar; None with a reason where it is not known well enough
    infusion_hours : hours under infusion in the whole course
    condition : where it is not that of the whole study
    dose : as printed, with how often
    cotreatment : what else everybody in the arm was given
    new_cotreatment : that part of it that was started against pain with the course, so that its effect is in every
        number of the arm; a sedative against side effects is none
    comparator : what the arm was compared with, where no arm of the record is that
    status : of n, dose and duration; ``caveat`` names those of another status
    reported : what was said of it besides pain scores
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
    dose: str | None = None
    cotreatment: tuple[str, ...] = ()
    new_cotreatment: tuple[str, ...] = ()
    comparator: str | None = None
    status: Status | None = None
    caveat: str | None = None
    reported: tuple[Reported, ...] = ()

    def faults(self, n_total: int | None) -> Iterator[str]:
        """What contradicts itself in this arm of a study of so many patients, one sentence each."""
        if self.n is not None and not 0 < self.n <= (n_total or self.n):
            yield f"arm {self.id!r} has {self.n} patients of {n_total} in the study"
        if self.role == "ketamine" and self.route is None:
            yield f"arm {self.id!r} was given ketamine by no route"
        if self.infusion_hours is not None and not 0 < self.infusion_hours <= 24 * 60:
            yield f"arm {self.id!r} has {self.infusion_hours:g} infusion hours"
        for new in self.new_cotreatment:
            if new not in self.cotreatment:
                yield f"arm {self.id!r} has the new cotreatment {new!r}, which its cotreatment lacks; add it there"
        if self.regimen is not None:
            yield from self._regimen_faults(self.regimen)
        elif self.role == "ketamine" and not self.regimen_reason:
            yield f"arm {self.id!r} has no regimen and no reason why"

    def _regimen_faults(self, regimen: str) -> Iterator[str]:
        if self.regimen_status is None or (self.regimen_status == "approximated" and not self.regimen_reason):
            yield f"the regimen of arm {self.id!r} has no status, or no reason for an approximation"
        if self.form is not None and not regimen.startswith(f"{self.form} {self.route} "):
            yield f"arm {self.id!r} is {self.form} {self.route}, but its regimen reads {regimen!r}"
        if mistake := regimen_mistake(regimen):
            yield f"arm {self.id!r}: {mistake}"
            return
        planned = Regimen.parse(regimen).infusion_hours
        if self.infusion_hours is not None and abs(planned - self.infusion_hours) > 0.01 * planned:
            yield f"arm {self.id!r} has {self.infusion_hours:g} infusion hours, its regimen {planned:g}"

    @property
    def course_days(self) -> float | None:
        """Days from the start of the course to the end of its last dose; None where its regimen is not known."""
        return Regimen.parse(self.regimen).last_dose_end_h / 24.0 if self.regimen else None
