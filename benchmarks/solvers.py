"""The same model in simulators that step an ordinary differential equation."""

import numpy as np
import roadrunner
from scipy.integrate import solve_ivp
from workload import C50, FORMED, K_DES, K_REC, TIMES, TYPICAL, segments

_NAMES = ("CL", "V1", "Q2", "V2", "Q3", "V3", "CLm", "Vm", "Qm", "Vmp")
_SPECIES = ("A1", "A2", "A3", "M1", "M2", "U")


def scipy_subject(parameters, regimen, *, method, rtol, atol, at_every_look=False):
    """(n_times, 3) ketamine, norketamine (ng/mL) and U, by ``solve_ivp`` restarted at events."""
    cl, v1, q2, v2, q3, v3, cl_m, v_m, q_m, v_mp = (float(p) for p in parameters)
    k10, k12, k21, k13, k31 = cl / v1, q2 / v1, q2 / v2, q3 / v1, q3 / v3
    m10, m12, m21, per_l = cl_m / v_m, q_m / v_m, q_m / v_mp, 1000 / v1
    out = np.empty((len(TIMES), 3))
    y = np.zeros(6)
    look = 0
    for begin, end, rate in segments(regimen):

        def change(_, y, rate=rate):
            a, b, c, m, p, u = y
            concentration = a * per_l
            g = K_DES * concentration / (C50 + concentration)
            return (
                rate - (k10 + k12 + k13) * a + k21 * b + k31 * c,
                k12 * a - k21 * b,
                k13 * a - k31 * c,
                FORMED * k10 * a - (m10 + m12) * m + m21 * p,
                m12 * m - m21 * p,
                g * (1 - u) - K_REC * u,
            )

        inside = TIMES[slice(*np.searchsorted(TIMES, (begin, end), side="right"))]
        if look == 0:
            out[0] = 0.0
            look = 1
        stops = [*inside] if at_every_look else []
        if not stops:
            grid = np.append(inside, end) if inside.size == 0 or inside[-1] < end else inside
            states = solve_ivp(change, (begin, end), y, method=method, rtol=rtol, atol=atol, t_eval=grid).y.T
            y = states[-1]
            seen = states[: inside.size]
        else:
            seen, now = [], begin
            for stop in stops if stops[-1] == end else [*stops, end]:
                y = solve_ivp(change, (now, stop), y, method=method, rtol=rtol, atol=atol).y[:, -1]
                now = stop
                seen.append(y)
            seen = np.array(seen)[: inside.size]
        for state in seen:
            out[look] = state[0] * per_l, state[3] * 1000 / v_m, state[5]
            look += 1
    return out


def sbml() -> str:
    """The model as SBML, level 3 version 1; the infusion rate R is set between segments."""
    values = dict(zip(_NAMES, TYPICAL, strict=True)) | {"R": 0.0}
    parameters = "".join(f'<parameter id="{k}" value="{v}" constant="false"/>' for k, v in values.items())
    species = "".join(
        f'<species id="{name}" compartment="body" initialAmount="0" hasOnlySubstanceUnits="true" '
        'boundaryCondition="false" constant="false"/>'
        for name in _SPECIES
    )
    rules = "".join(
        f'<rateRule variable="{name}"><math xmlns="http://www.w3.org/1998/Math/MathML">{math}</math></rateRule>'
        for name, math in _rate_equations().items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model id="m">'
        '<listOfCompartments><compartment id="body" size="1" spatialDimensions="3" constant="true"/>'
        f"</listOfCompartments><listOfSpecies>{species}</listOfSpecies>"
        f"<listOfParameters>{parameters}</listOfParameters><listOfRules>{rules}</listOfRules></model></sbml>"
    )


def _apply(operator, *operands):
    return f"<apply><{operator}/>{''.join(operands)}</apply>"


def _rate_equations():
    v = {name: f"<ci>{name}</ci>" for name in (*_NAMES, *_SPECIES, "R")}
    number = "<cn>{!r}</cn>".format

    def flow(clearance, volume, amount):
        return _apply("times", _apply("divide", v[clearance], v[volume]), v[amount])

    out, to2, to3 = flow("CL", "V1", "A1"), flow("Q2", "V1", "A1"), flow("Q3", "V1", "A1")
    from2, from3 = flow("Q2", "V2", "A2"), flow("Q3", "V3", "A3")
    out_m, to_p, from_p = flow("CLm", "Vm", "M1"), flow("Qm", "Vm", "M1"), flow("Qm", "Vmp", "M2")
    c = _apply("times", number(1000.0), _apply("divide", v["A1"], v["V1"]))
    gain = _apply("times", number(K_DES), _apply("divide", c, _apply("plus", number(C50), c)))
    return {
        "A1": _apply("minus", _apply("plus", v["R"], from2, from3), _apply("plus", out, to2, to3)),
        "A2": _apply("minus", to2, from2),
        "A3": _apply("minus", to3, from3),
        "M1": _apply(
            "minus", _apply("plus", _apply("times", number(FORMED), out), from_p), _apply("plus", out_m, to_p)
        ),
        "M2": _apply("minus", to_p, from_p),
        "U": _apply(
            "minus",
            _apply("times", gain, _apply("minus", number(1.0), v["U"])),
            _apply("times", number(K_REC), v["U"]),
        ),
    }


class RoadRunner:
    """libroadrunner (CVODE), compiled once, run segment by segment.

    Segment by segment is its faster way: SBML events cost a root search per step.
    """

    def __init__(self, rtol, atol):
        self.model = roadrunner.RoadRunner(sbml())
        self.model.integrator.relative_tolerance = rtol
        self.model.integrator.absolute_tolerance = atol
        self.model.integrator.maximum_num_steps = 200_000
        self.model.timeCourseSelections = ["A1", "M1", "U"]
        ids = list(self.model.model.getGlobalParameterIds())
        self._positions = [ids.index(name) for name in _NAMES]
        self._rate = [ids.index("R")]
        self._grids = {}

    def _grid(self, regimen):
        if regimen not in self._grids:
            pieces = []
            for begin, end, rate in segments(regimen):
                inside = TIMES[slice(*np.searchsorted(TIMES, (begin, end), side="right"))]
                closed = inside.size and inside[-1] == end
                grid = np.concatenate([[begin], inside, [] if closed else [end]])
                pieces.append((grid, inside.size, rate))
            self._grids[regimen] = pieces
        return self._grids[regimen]

    def subject(self, parameters, regimen):
        """(n_times, 3) ketamine, norketamine (ng/mL) and U of one subject."""
        model = self.model
        model.reset(roadrunner.SelectionRecord.TIME | roadrunner.SelectionRecord.FLOATING)
        model.model.setGlobalParameterValues(self._positions, parameters)
        out = np.zeros((len(TIMES), 3))
        look = 1
        for grid, count, rate in self._grid(regimen):
            model.model.setGlobalParameterValues(self._rate, [rate])
            out[look : look + count] = model.simulate(times=grid)[1 : count + 1]
            look += count
        out[:, 0] *= 1000 / parameters[1]
        out[:, 1] *= 1000 / parameters[7]
        return out
