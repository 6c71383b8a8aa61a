"""What an answer rests on, as blocks of a page: inputs, method, models, studies, limits, provenance."""

from __future__ import annotations

import msgspec

from reprieve.answers.forecast import ForecastAnswer, LeadingModel, ModelAlone, Provenance, Source
from reprieve.report.blocks import bullets, doi_link, facts, say, section, share, under
from reprieve.words import NBSP, horizon

#: Where the models of exposure are set beside each other.
_SHOWN = horizon("4wk")
_NEAREST = (
    '<p class="note">The relief model was fitted to the usable numbers of all studies together; these are the most '
    "like this question. Weight: how alike condition, route, form, hours and design are, as a share of the studies "
    "listed. Nothing is computed from it.</p>"
)


def basis_section(answer: ForecastAnswer) -> str:
    """Why this number: everything the answer was made from, and what it does not know."""
    inputs, alone = answer.inputs, answer.exposure_models
    gaps = bullets(inputs.missing) or "<p>None.</p>"
    fitted = f"<p>Relief model: {say(answer.calibration)}. Exposure and constants:</p>"
    computed, near = answer.computed_from, answer.nearest
    return section(
        "Why this number",
        under("Inputs used", bullets(inputs.used)),
        under("Given, not used by this model", bullets(inputs.given_not_used)),
        under("Inputs missing", gaps),
        under("Method", f"<p>{say(answer.method)}</p>{_leading(answer.model, len(alone))}"),
        under("What changes exposure", bullets([one.text for one in answer.interactions])),
        under("Models of exposure, each alone with the same people", bullets([_alone(one) for one in alone]))
        if len(alone) > 1
        else "",
        under("Computed from", fitted + "".join(map(_study, computed))),
        under("Assumed, without a source", bullets(answer.assumptions)),
        under("Nearest studies", _NEAREST + "".join(map(_study, near))) if near else "",
        under("Limits", bullets(answer.limits)),
    )


def _leading(model: LeadingModel, models: int) -> str:
    return facts(
        [
            ("Concentration model" if models < 2 else "Leading concentration model", say(model.id or "")),
            ("Sampling site", say(model.sampling or "")),
            ("Why this model", say(model.reason)),
            ("How its numbers were seen", say(model.evidence_level or "")),
            ("Approximated", say(model.note)),
        ]
    )


def _alone(model: ModelAlone) -> str:
    """One model of the ensemble and what it would have answered."""
    return (
        f"{model.id} ({model.sampling}, {share(model.share)} of the virtual patients): peak {model.peak_ng_ml:.3g} "
        f"ng/mL, relief at {_SHOWN.words} in {share(model.chances[_SHOWN.id])}. {model.reason}"
    )


def _study(source: Source) -> str:
    n = "" if source.n is msgspec.UNSET or source.n is None else f"n{NBSP}={NBSP}{source.n}"
    design = "" if source.design is msgspec.UNSET else say(source.design)
    why = "" if source.why is msgspec.UNSET else say(source.why)
    notes = filter(None, (design, n, say(source.status), why, doi_link(source.doi) if source.doi else ""))
    weight = "" if source.weight is msgspec.UNSET else f'<span class="weight">weight {share(source.weight)}</span>'
    text = f"<p>{say(source.text)}</p>" if source.text else ""
    return (
        f'<div class="study"><p><strong>{say(source.study)}</strong>{weight}</p>{text}'
        f'<p class="note">{" · ".join(notes)}</p></div>'
    )


def provenance_section(found: Provenance) -> str:
    """What makes the answer again."""
    pairs = [
        ("Model", f"relief: {say(found.model.relief)}, exposure: {say(', '.join(found.model.exposure))}"),
        ("Evidence fingerprint", say(found.evidence_fingerprint)),
        ("Inputs fingerprint", say(found.inputs_fingerprint)),
        ("Version", say(found.version)),
        ("Seed", str(found.seed)),
        ("Virtual patients", str(found.virtual_patients)),
    ]
    return section("Provenance", facts(pairs, "provenance"))
