"""What a reader must know before using an answer, most urgent first."""

from __future__ import annotations

from reprieve.chart.patient import Patient
from reprieve.evidence.records.condition import Certainty
from reprieve.evidence.records.protocol import Protocol
from reprieve.regimen import Regimen


def cautions(
    regimen: Regimen,
    protocol: Protocol | None,
    patient: Patient,
    certainty: Certainty | None,
    exposure_note: str,
) -> tuple[str, ...]:
    """One sentence for each.

    Parameters
    ----------
    regimen : the regimen
    protocol : where it came from, if it was named
    patient : its weight decides whether a protocol's cap is passed
    certainty : the published judgement that fits, None where nobody judged
    exposure_note : what the exposure approximates; empty when nothing
    """
    said: list[str] = []
    if protocol is not None:
        said += _about_protocol(regimen, protocol, patient)
    if exposure_note:
        said.append(exposure_note)
    if set(regimen.forms) != {"esketamine"}:
        said.append(
            "Potency of R-ketamine: one study finds it half as potent as S-ketamine, another finds no effect, and the "
            "trials of pain decide little; the draws hold values across most of 0 to 1."
        )
    if certainty is None:
        said.append("Nobody has graded the evidence for this condition by this route.")
    if certainty is not None and len(regimen.routes) > 1:
        others = " and ".join(route for route in regimen.routes if route != regimen.route)
        said.append(
            f"The certainty is that of {regimen.route} ketamine; nobody has graded it together with {others} doses."
        )
    return tuple(said)


def _about_protocol(regimen: Regimen, protocol: Protocol, patient: Patient) -> list[str]:
    said = []
    fastest = max(event.rate_mg_h for event in regimen.events(patient.weight_kg))
    cap = protocol.most_mg_per_h
    if cap is not None and fastest > cap:
        said.append(
            f"Over the protocol's cap: {protocol.id} gives at most {cap:g} mg/h; at {patient.weight_kg:g} kg this "
            f"regimen runs at {fastest:.3g} mg/h, and the forecast is for that. Write the capped regimen instead."
        )
    if protocol.regimen_status != "published":
        said.append(f"The regimen of {protocol.id} is {protocol.regimen_status}: {protocol.reason}")
    if protocol.weight_basis == "per_70_kg" and patient.weight != 70.0:
        said.append(f"The doses of {protocol.id} are per 70 kg; they were not scaled to this weight.")
    return said
