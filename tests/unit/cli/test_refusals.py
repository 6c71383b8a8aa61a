"""What the command line refuses: one clear sentence on stderr, nothing on stdout, the right exit code."""

import re

import pytest

from reprieve import cli

INFUSION = ["--regimen", "racemic iv 0.5 mg/kg over 40 min"]
ABSENT = object()


def forecast(*more, **changed):
    """A complete question with some options changed, or left out."""
    options = {"condition": "crps", "weight": "70", "pain": "7", "regimen": INFUSION[1], "patients": "50"} | changed
    return ["forecast", *(p for n, v in options.items() if v is not ABSENT for p in (f"--{n}", v)), *more]


def concentration(times="1", regimen=INFUSION[1], weight="70"):
    return ["concentration", "--times", times, "--regimen", regimen, "--weight", weight]


INPUT = {
    "condition misspelt": (forecast(condition="crsp"), "Unknown condition 'crsp'. Did you mean 'crps'?"),
    "form misspelt": (forecast(regimen="racmic iv 20 mg over 40 min"), "Did you mean 'racemic'"),
    "route misspelt": (forecast(regimen="racemic ivv 20 mg over 40 min"), "Did you mean 'iv'"),
    "model misspelt": (forecast(model="kamp2020"), "Did you mean 'kamp2020_meta_3cpt'?"),
    "protocol misspelt": (
        ["forecast", "--condition", "crps", "--weight", "70", "--pain", "7", "--protocol", "sigtermans"],
        "Did you mean 'sigtermans2009'?",
    ),
    "protocol to show misspelt": (["protocols", "schwarzman"], "Did you mean 'schwartzman2009'?"),
    "model of another form": (
        forecast(model="domino1982_racemic_3cpt", regimen="esketamine iv 30 mg"),
        "was made for racemic",
    ),
    "interaction misspelt": (forecast(interaction="clarithromicin"), "Did you mean 'clarithromycin' or"),
    "nothing about the patient": (["forecast", *INFUSION], "Not given: --condition, --weight, --pain."),
    "no condition": (forecast(condition=ABSENT), "Not given: --condition."),
    "no pain": (forecast(pain=ABSENT), "Not given: --pain."),
    "mg/kg without a weight": (forecast(weight=ABSENT), "Not given: --weight."),
    "concentration without a weight": (["concentration", "--times", "1", *INFUSION], "Not given: --weight."),
    "no regimen": (forecast(regimen=ABSENT), "No regimen is given; give --regimen, or --protocol"),
    "regimen and protocol": (forecast("--protocol", "sigtermans2009"), "Both --regimen and --protocol are given"),
    "weight 700 kg": (forecast(weight="700"), "must be from 20 to 350 kg"),
    "weight 700 kg for a concentration": (concentration(weight="700 kg"), "must be from 20 to 350 kg"),
    "weight below zero": (forecast(weight="-70"), "must be from 20 to 350 kg"),
    "weight zero": (forecast(weight="0"), "must be from 20 to 350 kg"),
    "weight NaN": (forecast(weight="nan"), "write it as 70 (kg)"),
    "weight with a decimal comma": (forecast(weight="70,5"), "a comma can mean 70.5 or 705"),
    "weight in stone": (forecast(weight="11 stone"), "Unknown unit 'stone'"),
    "pain 11": (forecast(pain="11"), "must be from 0 to 10"),
    "pain below zero": (forecast(pain="-1"), "must be from 0 to 10"),
    "pain zero": (forecast(pain="0"), "there is no relief to forecast"),
    "pain NaN": (forecast(pain="nan"), "must be a finite number"),
    "pain with a decimal comma": (forecast(pain="7,2"), "a comma can mean 7.2 or 72"),
    "age 200": (forecast(age="200"), "must be from 0 to 120 years"),
    "sex of a spelling": (forecast(sex="w"), "is not one of 'female', 'male'"),
    "7 g/h": (forecast(regimen="racemic iv 7 g/h for 4 h"), "Did you mean 7 mg/h"),
    "0.35 mg/kg/min": (forecast(regimen="racemic iv 0.35 mg/kg/min for 4 h"), "Did you mean 0.35 mg/kg/h"),
    "regimen with a decimal comma": (forecast(regimen="racemic iv 0,35 mg/kg/h for 4 h"), "Write a decimal point"),
    "rate without a duration": (forecast(regimen="racemic iv 0.35 mg/kg/h"), "a rate without a duration"),
    "dose below zero": (forecast(regimen="racemic iv -5 mg"), "above zero"),
    "dose zero": (forecast(regimen="racemic iv 0 mg over 40 min"), "above zero"),
    "empty regimen": (forecast(regimen=""), "The regimen is empty"),
    "days out of order": (forecast(regimen=INFUSION[1] + " on days 3 0"), "not in order"),
    "sessions overlap": (forecast(regimen="racemic iv 0.35 mg/kg/h for 30 h every 24 h x 3"), "Sessions overlap"),
    "30,000 doses": (forecast(regimen="racemic oral 30 mg every 8 h x 30000"), "more than 20,000 doses"),
    "threshold too small": (forecast(threshold="0.05"), "must be from 0.1 to 0.9"),
    "threshold in per cent": (forecast(threshold="30"), "must be from 0.1 to 0.9"),
    "threshold with a percent sign": (forecast(threshold="50%"), "without a percent sign, as 0.5"),
    "no virtual patients": (forecast(patients="0"), "must be a whole number from 1 to 40000"),
    "patients as 1e3": (forecast(patients="1e3"), "must be a whole number from 1 to 40000"),
    "seed below zero": (forecast(seed="-1"), "must be a whole number of 0 or more"),
    "report in no folder": (forecast(report="/nowhere/at/all.html"), "Choose another place"),
    "report is a folder": (forecast(report="/"), "Choose another place"),
    "times with a decimal comma": (concentration(times="0,5"), "can mean 0.5 h, or 0 and 5 h"),
    "times with decimal commas": (concentration(times="0,5,1,5"), "do not rise"),
    "times with semicolons": (concentration(times="0.5;1"), "with commas between them"),
    "times with a gap": (concentration(times="1,,2"), "with commas between them"),
    "no times": (concentration(times=""), "with commas between them"),
    "time NaN": (concentration(times="nan"), "with commas between them"),
    "time below zero": (concentration(times="-1"), "must be from 0"),
    "time in a million years": (concentration(times="1e10"), "to 17520 h"),
    "option misspelt": (["forecast", "--wieght", "70"], "Did you mean '--weight'?"),
    "command misspelt": (["frecast"], "Did you mean 'forecast'?"),
    "times missing": (["concentration", *INFUSION], "Missing option '--times'"),
    "shell that is none": (["completion", "tcsh"], "is not one of 'bash', 'zsh', 'fish'"),
    "file missing": (["trial", "predict", "/no/such/arms.yaml"], "check the name and that it is a file"),
    "a folder as file": (["trial", "predict", "/"], "cannot be read"),
}

OUTSIDE = {
    "epidural": (forecast(regimen="racemic epidural 30 mg"), "ask about another route"),
    "inhaled": (forecast(regimen="esketamine inhaled 30 mg"), "ask about another route"),
    "arketamine": (forecast(regimen="arketamine iv 30 mg over 40 min"), "Give racemic or esketamine instead"),
    "a child of 6": (forecast(age="6"), "there is no forecast"),
    "concentration after topical": (concentration(regimen="racemic topical 30 mg"), "ask about another route"),
}


def sentences(err):
    """Lines on stderr, less the one that says the engine is being compiled on a machine without it."""
    return [line for line in err.splitlines() if not line.startswith("Working ...")]


def refused(arguments, code, sentence, capsys):
    assert cli.run(arguments) == code
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = sentences(said.err)
    assert sentence in line
    assert line.startswith("reprieve: ")
    assert line[-1] in ".?"


@pytest.mark.parametrize(("arguments", "sentence"), INPUT.values(), ids=INPUT)
def test_input_that_cannot_be_used_is_refused(arguments, sentence, capsys):
    refused(arguments, 2, sentence, capsys)


@pytest.mark.parametrize(("arguments", "sentence"), OUTSIDE.values(), ids=OUTSIDE)
def test_what_nothing_published_answers_is_refused(arguments, sentence, capsys):
    refused(arguments, 3, sentence, capsys)


ARM = """arms:
  - id: active
    condition: crps
    role: ketamine
    design: rct
    n: 30
    regimen: racemic iv 0.5 mg/kg over 40 min
    predict:
      - {measure: responder_fraction, threshold: 0.3, day: 14}
"""

FILES = {
    "key given twice": (ARM.replace("    n: 30\n", "    n: 30\n    n: 31\n"), "the key 'n' is given twice"),
    "yes as a value": (ARM.replace("id: active", "id: yes"), "write true or false, or quote it"),
    "decimal comma": (ARM.replace("threshold: 0.3", "threshold: 0,3"), "0,3|decimal comma|no value"),
    "decimal comma in a block": (ARM + "    pain: 7,2\n", "a decimal comma"),
    "not YAML": ("arms: [", "cannot be read as YAML"),
    "a list": ("- id: active\n", "has no list 'arms'"),
    "a number": ("3\n", "has no list 'arms'"),
    "empty": ("", "has no list 'arms'"),
    "no arms": ("arms: []\n", "has no list 'arms'"),
    "unknown field": (ARM + "    dose: 30\n", "Arm 'active': .*unknown field `dose`"),
    "wrong measure": (ARM.replace("responder_fraction", "responders"), "Arm 'active': .*responders"),
    "wrong role": (ARM.replace("role: ketamine", "role: verum"), "Arm 'active': .*verum"),
    "field missing": (ARM.replace("    n: 30\n", ""), "Arm 'active': .*missing required field `n`"),
    "nobody": (ARM.replace("n: 30", "n: 0"), "n is 0"),
    "half a patient": (ARM.replace("n: 30", "n: 30.5"), "Arm 'active'"),
    "no threshold": (ARM.replace("threshold: 0.3, ", ""), "needs a threshold"),
    "unknown condition": (ARM.replace("crps", "crsp"), "Did you mean 'crps'?"),
    "regimen misspelt": (ARM.replace("40 min", "40 mni"), "mni"),
    "day before the course": (ARM.replace("day: 14", "day: -100"), "Day -100"),
    "day after follow-up": (ARM.replace("day: 14", "day: 4000"), "Day 4000"),
    "weight 700": (ARM + "    weight: 700\n", "must be from 20 to 350 kg"),
    "arm is text": ("arms: [active]\n", "Arm '\\?'"),
    "id twice": (ARM + ARM.removeprefix("arms:\n"), "Two arms have the id 'active'"),
}


@pytest.mark.parametrize(("text", "sentence"), FILES.values(), ids=FILES)
def test_a_file_that_cannot_be_used_is_refused(text, sentence, tmp_path, capsys):
    file = tmp_path / "arms.yaml"
    file.write_text(text, encoding="utf-8")
    assert cli.run(["trial", "predict", str(file), "--json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = sentences(said.err)
    assert re.search(sentence, line), line


def test_a_file_of_arms_that_nothing_answers_says_why_for_each(tmp_path, capsys):
    file = tmp_path / "arms.yaml"
    file.write_text(ARM.replace("racemic iv 0.5 mg/kg over 40 min", "racemic epidural 30 mg"), encoding="utf-8")
    assert cli.run(["trial", "predict", str(file)]) == 3
    assert "active: not predicted." in capsys.readouterr().out
