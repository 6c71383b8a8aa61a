"""A forecast's answer with made-up numbers that no model gives, to see where each is shown."""

from __future__ import annotations

from typing import Any

import msgspec

from reprieve.answers.forecast import ForecastAnswer

_QUANTILES = {"q10": 1.2, "q50": 3.4, "q90": 9.0}
_EXCEEDS = {"48h": 0.56, "2wk": 0.41, "4wk": 0.24, "12wk": 0.07}
_LASTING = {
    "probability_any": 0.59,
    "duration_days": {"q10": 0.0, "q50": 12.34, "q90": 80.4},
    "duration_days_if_relief": {"q10": 3.0, "q50": 33.0, "q90": 99.0},
    "exceeds": _EXCEEDS,
    "still_relieved_at_end_of_follow_up": 0.01,
}
#: Day to share of people whom the drug helps, its interval and the share helped by a third of their pain.
_HELPED = {
    2: (0.62, 0.45, 0.81, 0.35),
    14: (0.47, 0.22, 0.66, 0.21),
    28: (0.31, 0.12, 0.52, 0.13),
    84: (0.09, 0, 0.26, 0.04),
}
#: Day to chance of relief, its interval and the chance on placebo.
_RELIEF = {
    2: (0.56, 0.4, 0.7, 0.2),
    14: (0.41, 0.2, 0.6, 0.2),
    28: (0.24, 0.1, 0.41, 0.06),
    84: (0.07, 0.0, 0.2, 0.003),
}
PLAIN: dict[str, Any] = {
    "patient": {"age": 45, "weight": 70.0, "sex": "female", "condition": "crps", "pain": 7.2},
    "regimen": {
        "text": "racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10",
        "total_mg": 980.0,  # 0.35 * 70 * 4 * 10
        "infusion_hours": 40.0,
        "sessions": 10,
        "last_dose_end_h": 220.0,
        "parts": [
            {
                "form": "racemic", "route": "iv", "start_h": 0.0, "end_h": 220.0, "sessions": 10,
                "infusion_hours": 40.0, "total_mg": 980.0,
            }
        ],
    },
    "verdict": "Uncertain after four weeks.",
    "verdict_code": "lasting",
    "calibration": "calibrated on 7 numbers of 3 studies",
    "acute": {
        "probability": 0.7, "placebo": 0.19, "onset_min": 12.0, "peak_relief": 0.61, "offset_h": 3.4,
        "intervals": {
            "onset_min": {"q10": 5.0, "q50": 12.0, "q90": 30.0},
            "peak_relief": {"q10": 0.1, "q50": 0.61, "q90": 0.8},
            "offset_h": _QUANTILES,
        },
    },
    "sustained": {
        **_LASTING,
        "added": {
            "helped": [
                {"day": day, "share": share, "low": low, "high": high, "by_a_third": third}
                for day, (share, low, high, third) in _HELPED.items()
            ],
            "duration_days": {"q10": 4.0, "q50": 26.0, "q90": 120.0},
            "days_gained_12wk": {"mean": 17.0, "low": 6.0, "high": 27.0},
            "followed_days": 90.0,
        },
        "threshold": 0.3,
        "follow_up_days": 365.0,
        "exceeds_interval": {
            "48h": {"p": 0.56, "low": 0.4, "high": 0.7},
            "2wk": {"p": 0.41, "low": 0.2, "high": 0.6},
            "4wk": {"p": 0.24, "low": 0.1, "high": 0.41},
            "12wk": {"p": 0.07, "low": 0.0, "high": 0.2},
        },
        "placebo": {
            **_LASTING, "probability_any": 0.23, "exceeds": {"48h": 0.2, "2wk": 0.1, "4wk": 0.06, "12wk": 0.003},
        },
        "probability_of_relief": [
            {"day": day, "p": p, "low": low, "high": high, "placebo": placebo}
            for day, (p, low, high, placebo) in _RELIEF.items()
        ],
    },
    "pain": [{"day": 28, "mean": 6.04, "q10": 4.0, "q90": 8.1, "placebo": 6.9}],
    "uncertainty": {
        "posterior": {
            "what": "not known",
            "chance": {name: {"low": 0.55, "high": 0.76} for name in _EXCEEDS} | {"48h": {"low": 0.6, "high": 0.79}},
        },
        "setting": {"what": "clinics", "chance_sd": dict.fromkeys(_EXCEEDS, 0.176) | {"48h": 0.166}},
        "population": {"what": "people", "pain_sd": dict.fromkeys(_EXCEEDS, 2.44) | {"48h": 2.66}},
        "difference_from_placebo": {name: {"mean": 0.27, "low": -0.02, "high": 0.5} for name in _EXCEEDS},
    },
    "certainty": {"level": "low", "by": "GRADE", "statement": "One small trial.", "sources": ["Study A"]},
    "extrapolation": ["Age: 45 years is outside 19 to 32 years."],
    "evidence": [
        {
            "study": "Model B", "role": "computed from", "text": "exposure model m1", "status": "seen", "doi": None,
            "link": None,
        },
        {
            "study": "Study A", "id": "a", "role": "nearest study", "weight": 0.44, "text": "Pain fell.",
            "design": "rct", "n": 60, "status": "seen", "doi": "10.1016/j.pain.2009.06.023", "link": None,
            "why": "same condition",
        },
    ],
    "warnings": ["a warning"],
    "inputs": {"used": ["age"], "given_not_used": ["sex"], "missing": ["interactions"]},
    "model": {"id": "m1", "sampling": "venous", "evidence_level": "abstract", "reason": "fits", "note": ""},
    "exposure_models": [
        {
            "id": "m1", "sampling": "venous", "reason": "fits", "enantiomers": "together", "share": 1.0,
            "peak_ng_ml": 123.4, "chances": _EXCEEDS,
        }
    ],
    "interactions": [],
    "assumptions": ["something assumed"],
    "method": "a method",
    "limits": ["a limit"],
    "provenance": {
        "model": {"relief": "plateau abc", "exposure": ["m1"]}, "evidence_fingerprint": "abc",
        "inputs_fingerprint": "def", "version": "0.1.0", "seed": 1, "virtual_patients": 2000,
    },
}  # fmt: skip


def made_up_forecast(**changed: Any) -> ForecastAnswer:
    """The answer with some of its parts changed; parts that are mappings are changed within."""
    whole = dict(PLAIN)
    for name, value in changed.items():
        whole[name] = {**PLAIN[name], **value} if isinstance(value, dict) else value
    return msgspec.convert(whole, ForecastAnswer)
