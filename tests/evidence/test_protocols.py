"""Named regimens: each is what its source printed, and each self-check refuses a planted fault."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reprieve.errors import EvidenceError, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.protocol import Protocol
from reprieve.regimen import Regimen

EVIDENCE = Evidence.packaged()

GOOD: dict[str, Any] = {
    "id": "planted",
    "title": "Planted",
    "regimen": "racemic iv 0.5 mg/kg over 40 min",
    "regimen_status": "published",
    "condition": "crps",
    "setting": "outpatient",
    "weight_basis": "per_kg",
    "sources": ("Sigtermans2009",),
    "notes": "Planted.",
}


def planted(**changed: Any) -> Protocol:
    return msgspec.convert(GOOD | changed, Protocol, strict=True)


@pytest.mark.parametrize("protocol_id", EVIDENCE.ids(Protocol))
def test_protocol_loads_and_its_regimen_round_trips(protocol_id: str) -> None:
    protocol = EVIDENCE.record(Protocol, protocol_id)
    assert str(Regimen.parse(protocol.regimen)) == protocol.regimen
    for key in protocol.sources:
        assert EVIDENCE.reference(key).short


@pytest.mark.parametrize(
    ("protocol_id", "weight_kg", "hours", "total_mg"),
    [
        # 24 h · 5 + 24 h · 14 + 52.8 h · 22.2 mg/h = 120 + 336 + 1172.16
        ("sigtermans2009", 70, 100.8, 1628.16),
        ("schwartzman2009", 70, 40, 980),  # 10 · 4 h · 0.35 mg/kg/h · 70 kg
        ("crps357_seven_days", 80, 42, 756),  # 7 · 6 h · 0.225 mg/kg/h · 80 kg
        ("goldberg2010", 70, 120, 2925),  # 5 h · 10 + 115 h · 25 mg/h
        ("outpatient_six_in_three_weeks", 70, 4, 210),  # 6 · 0.5 mg/kg · 70 kg, 6 · 40 min
        ("single_40min", 70, 2 / 3, 35),
        ("intranasal_esketamine_56mg", 70, 0, 448),  # 8 · 56 mg
        ("oral_three_times_daily", 70, 0, 3150),  # 90 · 0.5 mg/kg · 70 kg
        # 5 min + 0.67 h; 0.1 · 70 + 0.42 · 70 · 0.67 = 26.698 mg, and 90 d · 4 · 50 mg by mouth
        ("nikolajsen1997", 70, 5 / 60 + 0.67, 26.698 + 18_000),
        ("rabben1999", 70, 0, 28 + 840),  # 0.4 · 70 mg into muscle, 3 · 4 · 70 mg by mouth
    ],
)
def test_hours_and_amount_follow_from_the_printed_course(
    protocol_id: str, weight_kg: float, hours: float, total_mg: float
) -> None:
    regimen = Regimen.parse(EVIDENCE.record(Protocol, protocol_id).regimen)
    assert regimen.infusion_hours == pytest.approx(hours)
    assert regimen.total_mg(weight_kg) == pytest.approx(total_mg)


def test_an_advertised_regimen_says_that_it_is_no_trial() -> None:
    protocol = EVIDENCE.record(Protocol, "outpatient_six_in_three_weeks")
    assert protocol.regimen_status == "advertised"
    assert "not a trial" in (protocol.reason or "")
    assert protocol.condition is None


def test_off_label_use_is_said() -> None:
    assert "off label" in EVIDENCE.record(Protocol, "intranasal_esketamine_56mg").notes


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"regimen": "racemic iv 0.5 mg/kg for lunch"}, "its regimen 'racemic iv .* cannot be read"),
        (
            {"regimen": "racemic intravenous 0.5 mg/kg over 40 min"},
            "not in the house spelling; write 'racemic iv",
        ),
        ({"regimen_status": "approximated"}, "its regimen is approximated; the reason is missing"),
        ({"weight_basis": "fixed"}, "the weight basis is fixed, but the regimen reads"),
        ({"sources": ()}, "it names no source"),
    ],
)
def test_planted_fault_is_refused(fault: dict[str, Any], sentence: str) -> None:
    planted().check()
    with pytest.raises(EvidenceError, match=f"planted: .*{sentence}"):
        planted(**fault).check()


@pytest.mark.parametrize("field", ["condition", "setting", "regimen_status"])
def test_unknown_word_is_refused(field: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=field):
        planted(**{field: "elsewhere"})


def test_citation_outside_the_bibliography_is_refused() -> None:
    with pytest.raises(EvidenceError, match=r"planted: it cites 'Nobody2099', which is not in the bibliography"):
        EVIDENCE.check_citations(planted(), ("Nobody2099",))


def test_unknown_protocol_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'sigtermans2009'"):
        EVIDENCE.record(Protocol, "sigtermans2010")
