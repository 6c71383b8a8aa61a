"""What is run in another simulator from the exported SBML, and how its results are tied to the text."""

import hashlib
import re
from pathlib import Path

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.export import export

EVIDENCE = Evidence.packaged()

STORED = Path(__file__).with_name("roadrunner_export.csv")
TIMES = (0.25, 0.5, 1.0, 2.0, 6.0, 24.0)  # h
#: Away from every reference, so that each effect counts; a model leaves aside what it does not use.
WEIGHT, COVARIATES = 55.0, {"age": 70.0, "race": "japanese", "rifampicin": "with"}
BOLUS, INFUSION, INFUSION_HOURS = 10.0, 20.0, 0.5  # mg, mg, h
BY_ROUTE, SPRAYS = 56.0, 2.0  # mg, two sprays of 28 mg
RUNNABLE = tuple(
    model_id
    for model_id in EVIDENCE.ids(PopulationModel)
    if EVIDENCE.record(PopulationModel, model_id).completeness != "incomplete"
)


def sbml_text(model_id):
    return export(model_id, "sbml", weight_kg=WEIGHT, covariates=COVARIATES)


def fingerprint(text):
    """SHA-256 of what is computed with: notes (which carry version and evidence fingerprint) and names are left out."""
    return hashlib.sha256(re.sub(r'<notes>.*?</notes>| name="[^"]*"', "", text, flags=re.DOTALL).encode()).hexdigest()


def routes_with_depots(model):
    """Routes by which nothing enters the central compartment directly."""
    return [route for route, entered in model.inputs.items() if all(e.into != model.central for e in entered.entries)]


def stored():
    """``(hashes, rows)``: model to hash, and (model, case, analyte) to concentrations at ``TIMES``."""
    hashes, rows = {}, {}
    for line in STORED.read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"# sha256 (\w+) ([0-9a-f]{64})", line):
            hashes[match[1]] = match[2]
        elif not line.startswith(("#", "model,")):
            model, case, analyte, *values = line.split(",")
            rows[model, case, analyte] = [float(value) for value in values]
    return hashes, rows
