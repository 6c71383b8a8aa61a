"""What the command line answers: readable in one terminal window, the same as JSON, nothing else on stdout."""

import json
import re

import pytest

from reprieve import cli
from reprieve.evidence.evidence import Evidence

EVIDENCE = Evidence.packaged()

QUESTION = ["forecast", "--condition", "crps", "--weight", "70", "--pain", "7.2", "--protocol", "sigtermans2009"]
TEN_DAYS = "racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10"


@pytest.mark.parametrize("columns", [80, 100])
def test_a_forecast_fits_on_one_screen_and_says_everything_that_matters(columns, answer, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = answer(*QUESTION).splitlines()
    assert max(map(len, lines)) <= columns
    assert len(lines) <= 50
    text = " ".join(" ".join(lines).split())
    for said in (
        "CRPS, 70 kg, pain 7.2/10", "esketamine iv 5 mg/h for 24 h", "100.8 h of infusion, 1 session",
        "The drug itself helps", "48 h 2 weeks 4 weeks 12 weeks", "helped by the drug (a point or more)",
        "80 % interval",
        "relief of 30 % or more, with drug", "on placebo", "its part lasts", "In twelve weeks it adds", "Felt relief",
        "nobody was followed so long", "Acute relief", "The drug takes away a share of pain", "Certainty low",
        f"Calibration {EVIDENCE.calibration.statement}",
        "Warning The regimen of sigtermans2009 is approximated", "Exposure simons2022_sket_otf_iv (arterial sampling)",
        "Rests on Simons et al. 2022", "Nearest Sigtermans et al. 2009", "Not given age, sex",
    ):  # fmt: skip
        assert said in text
    assert not re.search(r"\d%|authors not|nan|None", text)


def test_a_number_is_never_parted_from_its_unit_at_the_end_of_a_line(answer, monkeypatch):
    for columns in range(70, 110, 5):
        monkeypatch.setenv("COLUMNS", str(columns))
        starts = [line.split()[0] for line in answer(*QUESTION, "--patients", "50").splitlines() if line.strip()]
        assert not {"%", "h", "days", "min"} & set(starts)


def test_few_virtual_patients_are_said_to_be_few(capsys):
    assert cli.run([*QUESTION, "--patients", "50"]) == 0
    assert "the durations are rough" in capsys.readouterr().err


def test_a_protocol_may_be_spelled_as_it_is_cited(answer):
    assert "sigtermans2009" in answer("protocols", "Sigtermans2009")


def test_the_mass_and_hours_shown_are_those_of_the_regimen(answer):
    # 5 mg/h · 24 h + 14 mg/h · 24 h + 22.2 mg/h · 52.8 h = 120 + 336 + 1172.16 = 1628.16 mg
    assert "1628 mg in all, 100.8 h of infusion" in answer(*QUESTION)


def test_what_lies_outside_the_evidence_is_said(answer):
    asked = ["forecast", "--condition", "M54.5", "--age", "80", "--pain", "7", "--weight", "154 lb"]
    month = "racemic iv 0.35 mg/kg/h for 30 d"
    text = " ".join(answer(*asked, "--regimen", month, "--patients", "100").split())
    for said in (
        "69.85 kg", "Outside what was studied: condition, hours and dose The drug itself helps",
        "Outside Condition:", "Hours and dose: 720 h at 0.35 mg/kg/h", "twice as much between settings",
        "Age: 80 years is outside 19 to 32 years",
    ):  # fmt: skip
        assert said in text


def test_json_is_the_same_bytes_for_the_same_seed_and_other_bytes_for_another(answer):
    first = answer(*QUESTION, "--patients", "200", "--json")
    assert first == answer(*QUESTION, "--patients", "200", "--json")
    other = json.loads(answer(*QUESTION, "--patients", "200", "--json", "--seed", "2"))
    made = json.loads(first)
    assert made["provenance"]["seed"] == 1
    assert other["sustained"]["exceeds"] != made["sustained"]["exceeds"]


def test_json_has_the_promised_fields(answer):
    made = json.loads(answer(*QUESTION, "--patients", "100", "--json"))
    assert set(made) >= {
        "patient", "regimen", "acute", "sustained", "pain", "verdict", "certainty", "extrapolation", "evidence",
        "warnings", "provenance",
    }  # fmt: skip
    assert set(made["regimen"]) >= {"text", "total_mg", "infusion_hours", "sessions", "last_dose_end_h"}
    assert set(made["acute"]) >= {"onset_min", "peak_relief", "offset_h"}
    assert list(made["sustained"]["exceeds"]) == ["48h", "2wk", "4wk", "12wk"]
    assert set(made["sustained"]["probability_of_relief"][0]) >= {"day", "p", "low", "high", "placebo"}
    assert set(made["pain"][0]) >= {"day", "mean", "q10", "q90"}
    assert set(made["provenance"]) >= {"model", "evidence_fingerprint", "version", "seed"}


def test_a_report_is_written_and_said_on_stderr(tmp_path, capsys):
    page = tmp_path / "out.html"
    assert cli.run([*QUESTION, "--patients", "100", "--json", "--report", str(page)]) == 0
    said = capsys.readouterr()
    json.loads(said.out)
    assert f"Report written to {page}" in said.err
    assert page.read_text(encoding="utf-8").lower().startswith("<!doctype html>")


def test_ten_thousand_doses_are_answered(answer):
    made = json.loads(
        answer(
            "forecast", "--condition", "mixed", "--weight", "70", "--pain", "6", "--patients", "50", "--json",
            "--regimen", "racemic oral 30 mg every 8 h x 10000",
        )
    )  # fmt: skip
    assert made["regimen"]["total_mg"] == 300_000
    assert made["regimen"]["last_dose_end_h"] == pytest.approx(9999 * 8, rel=1e-3)  # four digits are shown


def test_concentration_prints_a_row_per_time_with_model_and_sampling(answer):
    asked = ["concentration", "--weight", "70", "--regimen", "racemic iv 0.5 mg/kg over 40 min", "--times", "0.5, 1,2"]
    printed = answer(*asked)
    assert "kamp2020_meta_3cpt, mixed sampling" in printed
    found = json.loads(answer(*asked, "--json"))
    assert found["times_h"] == [0.5, 1.0, 2.0]
    assert found["sampling"] == "mixed"
    for values in found["analytes"].values():
        assert len(values) == 3
        assert values[0] > values[1] > values[2] > 0  # the infusion is over after 40 min
        assert all(f"{value:.4g}" in printed for value in values)


def test_a_sampling_site_that_was_not_seen_is_said_to_be_so(answer):
    asked = ["--weight", "70", "--times", "1", "--regimen", "racemic iv 20 mg over 20 min"]
    assert "sampling site not seen" in answer("concentration", "--model", "hijazi2003_icu_2cpt", *asked)


def test_protocols_are_listed_and_shown(answer):
    listed = answer("protocols")
    assert "sigtermans2009" in listed
    assert "advertised" in listed
    shown = " ".join(answer("protocols", "schwartzman2009").split())
    assert "Ten outpatient infusions of 4 h, CRPS" in shown
    assert TEN_DAYS in shown
    assert len(json.loads(answer("protocols", "--json"))["protocols"]) == len(re.findall(r"(?m)^[a-z]\w+  ", listed))


ARMS = """arms:
  - {id: active, condition: crps, role: ketamine, design: rct, n: 30, weight: 70, regimen: racemic iv 30 mg over 1 h,
     predict: [{measure: responder_fraction, threshold: 0.3, day: 14}, {measure: mean_pain_fraction, day: 14}]}
  - {id: control, condition: crps, role: placebo, design: rct, n: 30, regimen: racemic iv 30 mg over 1 h,
     predict: [{measure: mean_pain_fraction, day: 14}]}
  - {id: spine, condition: crps, role: ketamine, design: rct, n: 30, regimen: racemic epidural 30 mg,
     predict: [{measure: mean_pain_fraction, day: 14}]}
"""


def test_arms_are_predicted_and_the_one_that_cannot_be_says_why(answer, tmp_path):
    file = tmp_path / "arms.yaml"
    file.write_text(ARMS, encoding="utf-8")
    printed = " ".join(answer("trial", "predict", str(file)).split())
    assert "active responders (≥ 30 % relief) 14" in printed
    assert "active mean pain, share of baseline 14" in printed
    assert "control: assumed weight 70 kg." in printed
    assert "spine: not predicted." in printed
    found = {arm["id"]: arm for arm in json.loads(answer("trial", "predict", str(file), "--json"))["arms"]}
    asked = found["active"]["predictions"][0]
    assert (asked["measure"], asked["threshold"], asked["day"]) == ("responder_fraction", 0.3, 14)
    assert 0 <= asked["q10"] <= asked["q50"] <= asked["q90"] <= 1
    assert found["spine"]["predictions"] == []
