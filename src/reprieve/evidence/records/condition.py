"""A pain condition: its names and codes, and how certain it is that ketamine's relief lasts in it."""

from __future__ import annotations

from typing import Literal

from reprieve.evidence.records.record import Record, RecordPart, Status

ConditionId = Literal[
    "crps", "neuropathic", "sci", "phn", "phantom_limb", "central", "fibromyalgia", "migraine", "cluster",
    "low_back", "whiplash", "orofacial", "ischaemic", "cancer", "mixed",
]  # fmt: skip
Route = Literal[
    "iv",
    "im",
    "sc",
    "intranasal",
    "oral",
    "oral-pr",
    "sublingual",
    "buccal",
    "rectal",
    "inhaled",
    "epidural",
    "topical",
]
Exposure = Literal["single", "multi_day", "any"]
#: GRADE words, best first.
Level = Literal["high", "moderate", "low", "very low"]


class Code(RecordPart, frozen=True, kw_only=True):
    """A code of this condition; a finer ICD-10 code below it means the condition too."""

    system: Literal["snomed", "icd10"]
    code: str
    display: str
    status: Status


class Certainty(RecordPart, frozen=True, kw_only=True):
    """One judgement on relief that outlasts the course, beyond placebo.

    Parameters
    ----------
    routes : the routes it speaks about; empty for all
    exposure : one session, a course over days, or any
    level : the GRADE word of the judgement
    finding : what the evidence says of relief after the course, beyond placebo
    statement : the judgement in one sentence
    by : who judged
    sources : keys of the bibliography it rests on
    """

    routes: tuple[Route, ...]
    exposure: Exposure
    level: Level
    finding: Literal["benefit", "no_benefit", "unclear"]
    statement: str
    by: str
    sources: tuple[str, ...]


class Condition(Record, frozen=True, kw_only=True):
    """A condition that Reprieve knows.

    ``certainty`` is ordered: of two judgements on the same question the first is the one to show.
    """

    id: ConditionId
    name: str
    synonyms: tuple[str, ...]
    codes: tuple[Code, ...]
    certainty: tuple[Certainty, ...]
    notes: str | None = None

    def check(self) -> None:
        """Names and codes are given once; every judgement is a sentence with a source."""
        spoken = [self.name.lower(), *(word.lower() for word in self.synonyms)]
        twice = sorted({word for word in spoken if spoken.count(word) > 1})
        if twice:
            self.fail(f"the name {twice[0]!r} is given twice")
        codes = [(code.system, code.code) for code in self.codes]
        if len(set(codes)) != len(codes):
            self.fail("a code is given twice")
        for code in self.codes:
            if code.system == "snomed" and not code.code.isdigit():
                self.fail(f"{code.code!r} is not a SNOMED CT code; those are digits only")
            if code.system == "icd10" and not (code.code[:1].isalpha() and code.code[1:3].isdigit()):
                self.fail(f"{code.code!r} is not an ICD-10 code; those are a letter and two digits, as M79.7")
        if not self.certainty:
            self.fail("it has no judgement of certainty; say very low where nothing is known")
        for judgement in self.certainty:
            if not judgement.sources:
                self.fail(f"the judgement {judgement.statement!r} names no source")

    def certainty_for(self, route: str, *, several_days: bool) -> Certainty | None:
        """The judgement that fits a route and a course best, or None where nobody judged it.

        Parameters
        ----------
        route : as in a regimen, ``iv``
        several_days : whether the course has doses on more than one day, or an infusion over 24 h

        Returns
        -------
        the first judgement for this route and exposure, else for this route and any exposure, else for any
        route
        """
        wanted: Exposure = "multi_day" if several_days else "single"
        for routes_given in (True, False):
            for exposure in (wanted, "any"):
                for judgement in self.certainty:
                    fits = route in judgement.routes if routes_given else not judgement.routes
                    if fits and judgement.exposure == exposure:
                        return judgement
        return None
