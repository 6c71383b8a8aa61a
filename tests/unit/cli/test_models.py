"""``reprieve models``: what is listed, shown and checked is what the records say; what differs is said."""

import json
import re

import msgspec
import pytest

from reprieve import cli
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.covariate import TimeEffect
from reprieve.evidence.records.model_check import Tolerance
from reprieve.evidence.records.population_model import PopulationModel

EVIDENCE = Evidence.packaged()

FORTY_MINUTES = "0.5 mg/kg over 40 min"


@pytest.fixture
def as_json(answer):
    return lambda *arguments: json.loads(answer(*arguments, "--json"))


def compared(as_json, regimen, *more, weight="70"):
    return as_json("models", "compare", "--weight", weight, "--regimen", regimen, *more)


def test_every_record_is_listed_and_only_an_incomplete_or_barred_one_does_not_run(as_json):
    listed = {one["id"]: one for one in as_json("models", "list")["models"]}
    assert set(listed) == set(EVIDENCE.ids(PopulationModel))
    for model_id, one in listed.items():
        record = EVIDENCE.record(PopulationModel, model_id)
        assert one["runs"] == (record.completeness != "incomplete" and not record.never_for_dosing)
        assert one["runs"] == (one["why_not"] is None)
    assert listed["simons2022_sket_otf_iv"]["routes"] == ["iv", "sublingual", "buccal"]
    assert listed["simons2022_sket_otf_iv"]["people"]["age_years"] == [19, 32]


@pytest.mark.parametrize("columns", [80, 100])
@pytest.mark.parametrize("command", [["list"], ["check"], ["compare"], ["show"]])
def test_it_fits_the_terminal(command, columns, answer, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    more = {
        "show": ["perezruixo2021_esketamine_nasal_po_iv"],
        "compare": ["--weight", "70", "--regimen", f"esketamine iv {FORTY_MINUTES}", "--all"],
    }
    lines = answer("models", *command, *more.get(command[0], [])).splitlines()
    assert max(map(len, lines)) <= columns
    assert not re.search(r"\bnan\b|\bNone\b", "\n".join(lines))


@pytest.mark.parametrize("model_id", EVIDENCE.ids(PopulationModel))
def test_a_page_has_every_parameter_what_is_missing_and_who_checked_it(model_id, answer):
    record = EVIDENCE.record(PopulationModel, model_id)
    text = " ".join(answer("models", "show", model_id).split())
    for name, parameter in record.parameters.items():
        if parameter.value is not None:
            assert re.search(rf"\b{name} {re.escape(f'{parameter.value:g}')} {re.escape(parameter.unit)} ", text), name
    for lack in record.missing:
        assert " ".join(f"{lack.what}: {lack.reason}".split()) in text
    assert "Checked by" in text


def test_the_parameters_of_the_film_paper_as_it_prints_them(answer):
    """Simons 2022: V1 11.6 L, CL 1.48 L/min; variance 0.029 of log CL is a CV of sqrt(e^0.029 - 1) = 17 %."""
    text = answer("models", "show", "simons2022_sket_otf_iv")
    assert re.search(r"^VK1 +11\.6 +L +CV \d+ % +seen", text, re.MULTILINE)
    assert re.search(r"^CLK1 +1\.48 +L/min +CV 17 % +seen", text, re.MULTILINE)


def test_show_as_json_is_the_record_with_its_citation(as_json):
    shown = as_json("models", "show", "domino1982_racemic_3cpt")
    assert shown["citation"] == "Domino et al. 1982"
    assert shown["parameters"].keys() == EVIDENCE.record(PopulationModel, "domino1982_racemic_3cpt").parameters.keys()


def test_an_unknown_model_is_refused_with_the_nearest(capsys):
    for command in ("show", "check"):
        assert cli.run(["models", command, "simons2022"]) == 2
        said = capsys.readouterr()
        assert "Did you mean 'simons2022_sket_otf_iv'" in said.err
        assert said.out == ""


def test_all_checks_agree_or_are_known_not_to(as_json):
    found = as_json("models", "check")
    assert found["agrees"]
    checks = [check for model in found["models"] for check in model["checks"]]
    assert len(checks) == sum(
        len(EVIDENCE.record(PopulationModel, name).checks) for name in EVIDENCE.ids(PopulationModel)
    )
    assert {check["verdict"] for check in checks} == {"agrees", "known misfit"}
    assert all((check["reason"] is None) == (check["verdict"] == "agrees") for check in checks)


def test_predicted_stands_beside_what_hijazi_printed(as_json):
    """The abstract: clearance 36.0 mL/min/kg and a half-life of 4.9 h, each with its interval."""
    (model,) = as_json("models", "check", "hijazi2003_icu_2cpt")["models"]
    rows = {row["what"]: row for check in model["checks"][:1] for row in check["rows"]}
    assert rows["clearance"]["published"] == 36.0
    assert rows["clearance"]["predicted"] == pytest.approx(36.0, abs=0.05)
    assert rows["half life 1"]["predicted"] == pytest.approx(4.9, abs=0.1)


def test_an_open_end_of_an_interval_is_null(as_json):
    (model,) = as_json("models", "check", "hornik2018_children_iv_im")["models"]
    assert model["checks"][0]["rows"][0]["high"] is None


def plant(monkeypatch, record):
    """Let the evidence hold another record under its id."""
    monkeypatch.setitem(EVIDENCE._kept, (PopulationModel, record.id), record)


def test_a_row_that_does_not_agree_is_exit_code_1(monkeypatch, capsys):
    record = EVIDENCE.record(PopulationModel, "hijazi2003_icu_2cpt")
    narrow = tuple(msgspec.structs.replace(check, tolerance=Tolerance(relative=1e-9)) for check in record.checks)
    planted = msgspec.structs.replace(record, checks=narrow)
    plant(monkeypatch, planted)
    assert cli.run(["models", "check", record.id]) == 1
    assert "disagree" in capsys.readouterr().out
    assert cli.run(["models", "check", record.id, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["agrees"] is False


def test_a_check_that_fails_to_run_without_saying_so_is_exit_code_1(monkeypatch, capsys):
    """A constant of disposition of a parent whose clearance varies has no answer by algebra."""
    record = EVIDENCE.record(PopulationModel, "hijazi2003_icu_2cpt")
    rises = TimeEffect(slope=0.01, parameters=("k10",), status="assumed")
    planted = msgspec.structs.replace(record, effects=(rises,))
    plant(monkeypatch, planted)
    assert cli.run(["models", "check", record.id]) == 1
    assert "they depend on concentration or time" in " ".join(capsys.readouterr().out.split())
    said = tuple(msgspec.structs.replace(check, not_run="its clearance rises") for check in record.checks)
    plant(monkeypatch, msgspec.structs.replace(planted, checks=said))
    assert cli.run(["models", "check", record.id]) == 0
    assert "not run" in capsys.readouterr().out


def test_half_a_milligram_per_kg_over_40_min_by_three_racemic_models(as_json):
    """At the end of the infusion, by other software from the same parameters: 177, 240 and 253 ng/mL."""
    found = compared(as_json, f"racemic iv {FORTY_MINUTES}")
    peaks = {one["id"]: one["cmax_ng_ml"] for one in found["models"]}
    assert peaks["clements1981_2cpt_250ugkg"] == pytest.approx(177, abs=0.5)
    assert peaks["domino1982_racemic_3cpt"] == pytest.approx(240, abs=0.5)
    assert peaks["kamp2020_meta_3cpt"] == pytest.approx(253, abs=0.5)
    assert all(one["tmax_h"] == pytest.approx(2 / 3, abs=1e-4) for one in found["models"])


def test_the_area_is_the_dose_over_the_clearance(as_json):
    """Kamp 2020: 84 L/h at 70 kg; 35 mg / 84 L/h = 416.7 ng/mL*h."""
    found = compared(as_json, f"esketamine iv {FORTY_MINUTES}")
    area = {one["id"]: one["auc_to_infinity_ng_h_ml"] for one in found["models"]}
    assert area["kamp2020_meta_3cpt"] == pytest.approx(35_000 / 84, rel=1e-4)
    assert area["simons2022_sket_otf_iv"] == pytest.approx(35_000 / (1.48 * 60), rel=1e-4)


def test_it_agrees_with_the_command_for_one_model(as_json):
    regimen = "esketamine iv 20 mg over 20 min"
    found = compared(as_json, regimen, "--times", "0.2,1,6", weight="93")
    alone = as_json(
        "concentration", "--weight", "93", "--regimen", regimen, "--times", "0.2,1,6",
        "--model", "otto2021_fanta2015_sket_iv_venous",
    )  # fmt: skip
    (same,) = [one for one in found["models"] if one["id"] == alone["model"]]
    assert same["concentrations_ng_ml"] == alone["analytes"]["s_ketamine"]


def test_sampling_site_is_said_to_dominate_with_the_peaks_of_each(as_json):
    said = compared(as_json, f"esketamine iv {FORTY_MINUTES}")["sampling"]
    assert said.startswith("Sampling site dominates the differences: here arterial models peak at 277 to 289")
    assert "venous ones at 125 to 158 ng/mL" in said
    assert "usually dominates" in compared(as_json, f"racemic iv {FORTY_MINUTES}")["sampling"]


def test_the_peak_of_an_injection_is_said_to_be_the_dose_in_the_first_volume(as_json, answer):
    """Simons 2022: 30 mg in 11.6 L is 2586 ng/mL at once; an infusion has no such remark."""
    found = compared(as_json, "esketamine iv 30 mg")
    peaks = {one["id"]: one["cmax_ng_ml"] for one in found["models"]}
    assert peaks["simons2022_sket_otf_iv"] == pytest.approx(30_000 / 11.6, rel=1e-5)
    assert found["at_once"].startswith("Cmax of an injection")
    assert "usually dominates" in found["sampling"]
    assert compared(as_json, f"esketamine iv {FORTY_MINUTES}")["at_once"] == ""
    text = answer("models", "compare", "--weight", "70", "--regimen", "esketamine iv 30 mg")
    assert re.search(r"simons2022_sket_otf_iv +arterial +2 590 +0 min", text)
    assert "e+0" not in text


def test_a_model_that_nobody_should_dose_by_is_left_out_unless_all_are_asked_for(as_json):
    regimen = f"esketamine iv {FORTY_MINUTES}"
    skipped = {one["id"]: one["reason"] for one in compared(as_json, regimen)["skipped"]}
    assert skipped["indand21_reduced_pbpk"].startswith("never for dosing")
    with_all = compared(as_json, regimen, "--all")
    assert "indand21_reduced_pbpk" not in {one["id"] for one in with_all["skipped"]}
    (barred,) = [one for one in with_all["models"] if one["id"] == "indand21_reduced_pbpk"]
    assert barred["never_for_dosing"]
    assert "never for dosing" in barred["note"]


def test_every_model_is_compared_or_skipped_with_a_reason(as_json):
    found = compared(as_json, "esketamine intranasal 56 mg", "--age", "40")
    assert {one["id"] for one in (*found["models"], *found["skipped"])} == set(EVIDENCE.ids(PopulationModel))
    assert [one["id"] for one in found["models"]] == ["perezruixo2021_esketamine_nasal_po_iv"]
    reasons = {one["id"]: one["reason"] for one in found["skipped"]}
    assert reasons["simons2022_sket_otf_iv"] == "no published input for intranasal; it has iv, sublingual, buccal"
    assert reasons["domino1982_racemic_3cpt"] == "made for racemic"
    assert "age was not given" not in found["models"][0]["note"]


def test_what_lies_outside_the_people_studied_is_marked(as_json):
    found = compared(as_json, f"esketamine iv {FORTY_MINUTES}")
    outside = {one["id"]: one["outside"] for one in found["models"]}
    assert outside["flint2017_picu_sket"] == ["weight studied 3.4 to 35 kg"]
    assert outside["simons2022_sket_otf_iv"] == []


@pytest.mark.parametrize(
    ("regimen", "more", "code", "sentence"),
    [
        ("racemic rectal 100 mg", [], 3, "No published population model that runs has racemic rectal"),
        ("racemic iv 30 mg", ["--times", "20000"], 2, "Times must be from 0"),
        ("racemic iv 30", [], 2, "30"),
    ],
)
def test_what_cannot_be_compared_is_refused(regimen, more, code, sentence, capsys):
    assert cli.run(["models", "compare", "--weight", "70", "--regimen", regimen, *more]) == code
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.out == ""
