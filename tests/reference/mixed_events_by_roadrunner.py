"""Makes ``mixed_events_by_roadrunner.csv``: a mixed event table by libroadrunner (CVODE), stretch by stretch.

python tests/reference/mixed_events_by_roadrunner.py        # needs the dependency group "bench"

Three compartments and a first-order depot. Nothing of Reprieve is used: the stretches between events, with the
input rate of each and what changes at its start, are written out by hand from the table:

    0 h     bolus of 20 mg into the central compartment
    1 h     30 mg into the depot, and again at 5, 9 and 13 h (ADDL 3, II 4)
    2 h     infusion of 24 mg into the central compartment at 4 mg/h, F 0.5: 12 mg over 3 h
    8 h     infusion of 40 mg into the central compartment over 10 h
    11 h    everything is reset: the infusion ends, the depot dose of 13 h is not given
    12 h    15 mg into the depot, lag 0.75 h: arrives at 12.75 h
    16 h    reset and infusion of 10 mg into the central compartment over 1 h
"""

import csv
from pathlib import Path

import numpy as np
import roadrunner

RATES = {"ka": 0.9, "k10": 0.8, "k12": 1.1, "k21": 0.6, "k13": 0.3, "k31": 0.05}  # 1/h
EMPTY = {"depot": 0.0, "central": 0.0, "near": 0.0, "far": 0.0}
# start h, end h, mg/h into central, what is set or (+) added at the start
STRETCHES = [
    (0, 1, 0.0, {"+central": 20.0}),
    (1, 2, 0.0, {"+depot": 30.0}),
    (2, 5, 4.0, {}),
    (5, 8, 0.0, {"+depot": 30.0}),
    (8, 9, 4.0, {}),
    (9, 11, 4.0, {"+depot": 30.0}),
    (11, 12.75, 0.0, EMPTY),
    (12.75, 16, 0.0, {"+depot": 15.0}),
    (16, 17, 10.0, EMPTY),
    (17, 24, 0.0, {}),
]
LOOKS = [0, 0.25, 1, 1.5, 2, 3.5, 5, 6, 8, 8.5, 9, 10, 11, 12, 12.75, 13.5, 15, 16, 16.5, 17, 18, 24]


def sbml():
    flows = {  # name: (from, to, rate)
        "absorbed": ("depot", "central", "ka"), "lost": ("central", None, "k10"),
        "to_near": ("central", "near", "k12"), "from_near": ("near", "central", "k21"),
        "to_far": ("central", "far", "k13"), "from_far": ("far", "central", "k31"),
    }  # fmt: skip
    species = "".join(
        f'<species id="{name}" compartment="body" initialAmount="0" hasOnlySubstanceUnits="true" '
        f'boundaryCondition="false" constant="false"/>'
        for name in EMPTY
    )
    parameters = "".join(
        f'<parameter id="{name}" value="{value}" constant="false"/>' for name, value in (RATES | {"R": 0.0}).items()
    )

    def reaction(name, source, target, law):
        def side(tag, what):
            inside = f'<speciesReference species="{what}" stoichiometry="1" constant="true"/>'
            return f"<{tag}>{inside}</{tag}>" if what else ""

        return (
            f'<reaction id="{name}" reversible="false" fast="false">'
            f"{side('listOfReactants', source)}{side('listOfProducts', target)}"
            f'<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">{law}</math></kineticLaw></reaction>'
        )

    reactions = "".join(
        reaction(name, source, target, f"<apply><times/><ci>{rate}</ci><ci>{source}</ci></apply>")
        for name, (source, target, rate) in flows.items()
    ) + reaction("infused", None, "central", "<ci>R</ci>")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model id="m">'
        '<listOfCompartments><compartment id="body" size="1" spatialDimensions="3" constant="true"/>'
        f"</listOfCompartments><listOfSpecies>{species}</listOfSpecies><listOfParameters>{parameters}"
        f"</listOfParameters><listOfReactions>{reactions}</listOfReactions></model></sbml>"
    )


def main():
    model = roadrunner.RoadRunner(sbml())
    model.integrator.relative_tolerance = 1e-12
    model.integrator.absolute_tolerance = 1e-14
    model.integrator.maximum_num_steps = 200_000
    model.timeCourseSelections = ["time", *EMPTY]
    state, seen = dict(EMPTY), {}
    for begin, end, rate, changes in STRETCHES:
        for name, value in changes.items():
            state[name.lstrip("+")] = value + (state[name[1:]] if name.startswith("+") else 0.0)
        seen[begin] = dict(state)  # a look at the time of an event comes after it
        model.reset()
        model.setValue("R", rate)
        for name, value in state.items():
            model.setValue(name, value)
        inside = [look for look in LOOKS if begin < look < end]
        found = model.simulate(times=np.array([0.0, *(look - begin for look in inside), end - begin]))
        for look, row in zip([*inside, end], np.asarray(found)[1:], strict=True):
            seen[look] = dict(zip(EMPTY, row[1:], strict=True))
        state = dict(seen[end])
    with Path(__file__).with_suffix(".csv").open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["time_h", *EMPTY])
        out.writerows([look, *(f"{seen[look][name]:.12g}" for name in EMPTY)] for look in LOOKS)


if __name__ == "__main__":
    main()
