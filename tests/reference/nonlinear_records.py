"""Records of textbook models whose rates vary, made from a shipped one; their numbers are of no drug in Reprieve."""

import msgspec

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.enzyme import Enzyme, EnzymeInactivation, EnzymeInduction, Inhibition
from reprieve.evidence.records.parameter import Parameter
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.structure import Analyte, Clearance, Compartment, RouteEntry, RouteInput, Transfer
from reprieve.evidence.records.structure import SaturableClearance as Saturable
from reprieve.evidence.records.variability import BetweenSubject

EVIDENCE = Evidence.packaged()


def number(value, unit):
    return Parameter(value=value, unit=unit, status="assumed")


def record(flows, parameters, compartments=None, analytes=None, inputs=None, **others):
    """A record with this structure, scaled with weight as the caller says."""
    plain = EVIDENCE.record(PopulationModel, "hijazi2003_icu_2cpt")
    given = {
        "compartments": compartments or {"K1": Compartment(volume="V")},
        "flows": flows,
        "inputs": inputs or {"iv": RouteInput(entries=(RouteEntry(into="K1"),))},
        "parameters": {name: number(*value) for name, value in parameters.items()},
        "analytes": analytes or {plain.parent: Analyte(compartment="K1", substance="ketamine", counted_as="ketamine")},
        "completeness": "complete",
        "covariates": {},
        "effects": (),
        "checks": (),
        "between_subject": BetweenSubject(scale="log", cv_percent={next(iter(parameters)): 30.0}),
        "between_occasion": None,
        "residual_error": {},
        "residual_error_note": "none",
        "no_independent_check": "a textbook example",
        "never_for_dosing": None,
        "missing": (),
    }
    made = msgspec.structs.replace(plain, **(given | others))
    made.check()
    return made


# Phenytoin as in textbooks: Vmax 490 mg/day of 70 kg, Km 4 mg/L, V 45 L
PHENYTOIN = {"VMAX": (490, "mg/day"), "KM": (4, "mg/L"), "V": (45, "L")}
# Carbamazepine-like: CL 1 L/h, V 90 L, turnover 0.02/h, Emax 2, EC50 4 mg/L
CARBAMAZEPINE = {"CL": (1, "L/h"), "V": (90, "L"), "KOUT": (0.02, "1/h"), "EMAX": (2, "fraction"), "EC50": (4, "mg/L")}


def phenytoin(**others):
    return record((Saturable(source="K1", vmax="VMAX", km="KM"),), PHENYTOIN, **others)


def carbamazepine(enzymes=None):
    induced = EnzymeInduction(by="K1", emax="EMAX", ec50="EC50")
    plain = {"E": Enzyme(parameters=("CL",), turnover="KOUT", induced=induced)}
    return record((Clearance(source="K1", clearance="CL"),), CARBAMAZEPINE, enzymes=enzymes or plain)


def inhibited(reversible):
    """A given inhibitor at 2 mg/L; kdeg 0.03/h, kinact 1.2/h, KI 10 mg/L, or reversible with Ki 0.5 mg/L."""
    parameters = {"CL": (9, "L/h"), "V": (45, "L"), "I": (2, "mg/L")}
    if reversible:
        enzyme = Enzyme(parameters=("CL",), inhibited=(Inhibition(at="I", ki="KI"),))
        parameters |= {"KI": (0.5, "mg/L")}
    else:
        destroyed = EnzymeInactivation(at="I", kinact="KINACT", ki="KI")
        enzyme = Enzyme(parameters=("CL",), turnover="KDEG", inactivated=destroyed)
        parameters |= {"KDEG": (0.03, "1/h"), "KINACT": (1.2, "1/h"), "KI": (10, "mg/L")}
    return record((Clearance(source="K1", clearance="CL"),), parameters, enzymes={"E": enzyme})


def saturable_first_pass():
    """By mouth through a liver that takes out VMAX C/(KM + C) and lets the rest pass at a flow Q."""
    parent = EVIDENCE.record(PopulationModel, "hijazi2003_icu_2cpt").parent
    return record(
        flows=(
            Transfer(source="GUT", to="L", rate="KA"),
            Saturable(source="L", vmax="VMAX", km="KM"),
            Clearance(source="L", to="K1", clearance="Q"),
            Clearance(source="K1", to="L", clearance="Q"),
        ),
        parameters={"VMAX": (30, "mg/h"), "KM": (0.2, "mg/L"), "Q": (90, "L/h"), "V": (100, "L"), "VL": (1, "L"),
                    "KA": (1, "1/h")},
        compartments={"GUT": Compartment(), "L": Compartment(volume="VL"), "K1": Compartment(volume="V")},
        analytes={parent: Analyte(compartment="K1", substance="ketamine", counted_as="ketamine")},
        inputs={"oral": RouteInput(entries=(RouteEntry(into="GUT"),)),
                "iv": RouteInput(entries=(RouteEntry(into="K1"),))},
    )  # fmt: skip
