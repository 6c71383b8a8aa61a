"""Exported mrgsolve and nlmixr2 texts: their equations evaluated by themselves, and what they must say."""

import math
import re
import subprocess
import sys

import msgspec
import numpy as np
import pytest
from export_cases import COVARIATES, RUNNABLE, WEIGHT

import reprieve
from reprieve.errors import EvidenceError, InputError, OutsideEvidence, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.export import LANGUAGES, export
from reprieve.export.equations import equations
from reprieve.export.expression import Above, Binary, Notation, Number, Symbol, digits
from reprieve.exposure.build import build

EVIDENCE = Evidence.packaged()

PEREZ, SIMONS, OTTO, KAMP = (
    "perezruixo2021_esketamine_nasal_po_iv",
    "simons2022_sket_otf_iv",
    "otto2021_fanta2015_sket_iv_venous",
    "kamp2020_meta_3cpt",
)


def text_of(model_id, language):
    return export(model_id, language, weight_kg=WEIGHT, covariates=COVARIATES)


def sections(text):
    """Lines of an mrgsolve model by block, comments dropped; repeated blocks are joined."""
    found, block = {}, None
    for line in text.splitlines():
        code = line.split("//")[0].strip()
        if line.startswith("$"):
            block = line.split()[0].removeprefix("$")
            found.setdefault(block, [])
        elif code:
            found[block].append(code)
    return found


def annotated(lines):
    return [[part.strip() for part in line.split(" : ")] for line in lines]


def run(statements, known):
    """Evaluate ``name = formula`` in order; a name is assigned once and only defined names may be used."""
    for name, formula in statements:
        assert name not in known, f"{name} is defined twice"
        known[name] = eval(formula, {"__builtins__": {}, "pow": pow, "exp": math.exp}, known)
    return known


def mrgsolve_statements(text):
    blocks = sections(text)
    lines = [*blocks["MAIN"], *blocks["ODE"], *blocks["TABLE"]]
    statements = [re.fullmatch(r"(?:double )?(\w+) = (.+);", line).groups() for line in lines]
    given = {name: float(value) for name, value, _ in annotated(blocks["PARAM"])}
    assert len(given) == len(blocks["PARAM"])
    given |= {name: 0.0 for name, *_ in annotated(blocks.get("SIGMA", []))}
    places = [name for name, _ in annotated(blocks["CMT"])]
    etas = [name for name, *_ in annotated(blocks.get("OMEGA", []))]
    return statements, given | {"SOLVERTIME": 0.0}, places, etas


def nlmixr2_statements(text):
    code = [line.split("#")[0].rstrip() for line in text.splitlines()]
    ini = code[code.index("  ini({") + 1 : code.index("  })")]
    body = code[code.index("  model({") + 1 : len(code) - 2]
    given = {m[1]: float(m[2]) for line in ini if (m := re.fullmatch(r"\s+(\w+) <- (\S+)", line))}
    etas = [e for line in ini if (m := re.fullmatch(r"\s+(ETA_.+?) ~ .+", line)) for e in m[1].split(" + ")]
    given |= {m[1]: float(m[2]) for m in re.finditer(r"^#   ev\$(\w+) <- (\S+)", text, re.MULTILINE)}
    statements = []
    for line in body:
        if match := re.fullmatch(r"\s+(?:(d/dt|f|dur)\((\w+)\)|(\w+)) <- (.+)", line):
            kind = {"d/dt": "dxdt_", "f": "F_", "dur": "D_", None: ""}[match[1]]
            statements.append((kind + (match[2] or match[3]), match[4].replace("^", "**")))
        else:
            assert re.fullmatch(r"\s+C_\w+ ~ .+|  }\)", line), line
    places = [name.removeprefix("dxdt_") for name, _ in statements if name.startswith("dxdt_")]
    return statements, given | {"t": 0.0}, places, etas


PARSERS = {"mrgsolve": mrgsolve_statements, "nlmixr2": nlmixr2_statements}


@pytest.mark.parametrize("language", PARSERS)
@pytest.mark.parametrize("model_id", RUNNABLE)
def test_derivatives_readouts_and_inputs_are_those_of_the_engine(model_id, language):
    random = np.random.default_rng(11)
    model = EVIDENCE.record(PopulationModel, model_id)
    statements, given, places, etas = PARSERS[language](text_of(model_id, language))
    assert etas == [f"ETA_{name}" for name in model.between_subject.log_variance()]
    assert places == [f"A_{place}" for place in model.compartments]
    deviations = {name: random.normal(0, 0.4, 1) for name in model.between_subject.log_variance()}
    built = build(model, weight_kg=WEIGHT, covariates=COVARIATES, deviations=deviations, for_comparison=True)
    for _ in range(3):
        state = dict(zip(places, random.uniform(0.1, 50, len(places)), strict=True))
        deviated = {f"ETA_{name}": eta[0] for name, eta in deviations.items()}
        known = run(statements, given | state | deviated)
        kept = np.array([state[f"A_{place}"] for place in built.graph.names])
        found = [known[f"dxdt_A_{place}"] for place in built.graph.names]
        assert found == pytest.approx(built.rate_matrix[0] @ kept, rel=1e-9, abs=1e-9)
        for name, row in zip(built.analytes, built.readout[0], strict=True):
            assert known[f"C_{name}"] == pytest.approx(row @ kept, rel=1e-10)
    used = {symbol for _, formula in statements for symbol in re.findall(r"[A-Za-z]\w*", formula)}
    assert {name for name in given if name.startswith("TV")} <= used
    for entered in built.inputs.values():
        for entry in entered:
            assert known.get(f"F_A_{entry.compartment}", 1.0) == pytest.approx(entry.mg(28.0) / 28.0)
            assert known.get(f"D_A_{entry.compartment}") == pytest.approx(entry.zero_order_h)


@pytest.mark.parametrize("language", PARSERS)
def test_two_sprays_share_a_dose_as_the_engine_shares_it(language):
    # 0.54 of the first and 0.62 of that of the second, (0.54 + 0.54·0.62)/2 = 0.4374; 0.64 of the rest by mouth
    statements, given, places, etas = PARSERS[language](export(PEREZ, language))
    known = run(statements, given | dict.fromkeys([*places, *etas], 0.0) | {"N_SPRAYS": 2.0})
    assert known["F_A_NOSE"] == pytest.approx(0.4374)
    assert known["F_A_SWALLOWED"] == pytest.approx(0.64 * (1 - 0.4374))


def test_levels_ages_and_weights_change_parameters_as_printed():
    # Perez-Ruixo: 70 years, 151 - 2.19·10 L/h; Japanese, 0.54·1.34 and 1.11·0.36. Kamp: 84 L/h · (55/70)^0.75
    statements, given, places, etas = nlmixr2_statements(export(PEREZ, "nlmixr2", covariates=COVARIATES))
    known = run(statements, given | dict.fromkeys([*places, *etas], 0.0))
    assert (known["Qh"], known["FRn"], known["kel"]) == pytest.approx((129.1, 0.7236, 0.3996))
    statements, given, places, etas = mrgsolve_statements(export(KAMP, "mrgsolve", weight_kg=55))
    known = run(statements, given | dict.fromkeys(places, 0.0))
    assert known["CL"] == pytest.approx(84 * (55 / 70) ** 0.75)


def test_covariance_is_written_row_by_row():
    # Otto: V1 0.084177, CL 0.026048, covariance 0.02261; the metabolite's pair is a block of its own
    text = export(OTTO, "mrgsolve")
    assert "$OMEGA @annotated @block\nETA_V1 : 0.084177 : log scale\nETA_CL : 0.02261 0.026048 : log scale\n" in text
    assert text.count("@block") == 2
    text = export(OTTO, "nlmixr2")
    assert "ETA_V1 + ETA_CL ~ c(0.084177, 0.02261, 0.026048)" in text
    assert "ETA_V_NK + ETA_CL_NK ~ c(0.040426, 0.04456, 0.10319)" in text
    assert "Covariance of ETA_V1 and ETA_CL: 0.02261" in export(OTTO, "sbml")


def test_residual_errors_are_in_the_units_of_the_concentration():
    # Simons: 0.058 nmol/mL of norketamine at 223.70 g/mol is 12.9746 ng/mL; mrgsolve takes its square
    text = export(SIMONS, "mrgsolve")
    assert f"ADD_s_norketamine : {12.9746**2:.12g} :" in text
    assert "Y_s_norketamine = C_s_norketamine*(1.0 + PROP_s_norketamine) + ADD_s_norketamine;" in text
    text = export(SIMONS, "nlmixr2")
    assert "ADD_s_norketamine <- 12.9746 " in text
    assert "C_s_norketamine ~ prop(PROP_s_norketamine) + add(ADD_s_norketamine)" in text
    assert "C_esketamine ~ lnorm(LOGN_esketamine)" in export(PEREZ, "nlmixr2")
    assert "C_esketamine*exp(LOGN_esketamine)" in export(PEREZ, "mrgsolve")
    assert "Y_" not in export(KAMP, "mrgsolve")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("model_id", RUNNABLE)
def test_every_text_says_where_it_comes_from(model_id, language):
    model = EVIDENCE.record(PopulationModel, model_id)
    text = " ".join(export(model_id, language).split())
    assert "Not for clinical use without checking the paper." in text
    assert EVIDENCE.reference(model.source).short in text
    assert "Evidence level: " in text
    assert f"Sampling site: {model.sampling} (" in text
    assert f"Reprieve {reprieve.__version__}, evidence fingerprint {EVIDENCE.fingerprint}" in text
    assert ("Never for dosing: " in text) == (model.never_for_dosing is not None)


@pytest.mark.parametrize("model_id", RUNNABLE)
def test_descriptions_cannot_be_taken_for_code(model_id):
    blocks = export(model_id, "mrgsolve").split("\n\n")
    assert not re.search(r"[$@#]|//", blocks[0].removeprefix("$PROB"))
    for block in blocks[1:]:
        for line in block.splitlines()[1:]:
            if "@annotated" in block.splitlines()[0]:
                assert line.count(":") == (1 if block.startswith(("$CMT", "$CAPTURE")) else 2), line


def test_what_cannot_be_run_is_refused():
    with pytest.raises(OutsideEvidence, match="brunette2011_children_oral is incomplete and cannot be run"):
        export("brunette2011_children_oral", "sbml")
    with pytest.raises(UnknownName, match=r"Unknown language 'nonmem'.*Known: mrgsolve, nlmixr2, sbml"):
        export(KAMP, "nonmem")
    with pytest.raises(UnknownName, match="Unknown population model 'kamp'"):
        export("kamp", "sbml")
    with pytest.raises(InputError, match="Body weight must be greater than zero"):
        export(KAMP, "sbml", weight_kg=-1)
    with pytest.raises(UnknownName, match="Unknown race of"):
        export(PEREZ, "sbml", covariates={"race": "martian"})


def test_routes_that_a_language_could_not_tell_apart_are_refused():
    model = EVIDENCE.record(PopulationModel, PEREZ)
    oral = model.inputs["oral"]
    entry = msgspec.structs.replace(oral.entries[0], into="NOSE")
    changed = msgspec.structs.replace(
        model, inputs=model.inputs | {"oral": msgspec.structs.replace(oral, entries=(entry,))}
    )
    with pytest.raises(EvidenceError, match="two routes enter NOSE in different ways"):
        equations(changed, {})


def test_formulas_keep_their_brackets():
    plain = Notation(power="^", renamed={})
    a, b, c = map(Symbol, "abc")
    assert plain.text(Binary("-", a, Binary("-", b, c))) == "a - (b - c)"
    assert plain.text(Binary("/", a, Binary("*", b, c))) == "a/(b*c)"
    assert plain.text(Binary("^", Binary("^", a, b), c)) == "(a^b)^c"
    assert plain.text(Binary("*", Binary("+", a, b), Above(c, Number(60)))) == "(a + b)*(c > 60.0)*(c - 60.0)"
    assert plain.text(Binary("/", a, Above(c, Number(60)))) == "a/((c > 60.0)*(c - 60.0))"
    assert [digits(v) for v in (3, 88.80000000000001, 1e-7, 2.5e20)] == ["3.0", "88.8", "1e-07", "2.5e+20"]


def test_exporting_does_not_wait_for_the_compiled_engine():
    code = "import sys, reprieve.export; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
