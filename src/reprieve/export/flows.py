"""Where drug goes, how doses enter, and how concentrations are read, as formulas."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.errors import EvidenceError
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.structure import (
    Clearance,
    Exchange,
    Flow,
    RouteEntry,
    SaturableClearance,
    Sprays,
    Transfer,
    Transit,
)
from reprieve.export.expression import Binary, Expression, Number, Symbol, product
from reprieve.export.parameters import SPRAYS
from reprieve.export.parts import Assignment, Balance, Entry, Readout
from reprieve.units import MOLAR_MASS, convert, molar_to_mass

_HOUSE_CONCENTRATION = Number(convert(1.0, "mg/L", "ng/mL"), "ng/mL per mg/L")


def amount(place: str) -> str:
    """The name of what a compartment holds, mg; the prefix keeps it apart from parameters."""
    return f"A_{place}"


def balances(model: PopulationModel) -> Iterator[Balance]:
    """What leaves and what arrives in every compartment."""
    terms: dict[str, list[tuple[int, Expression]]] = {place: [] for place in model.compartments}
    for flow in model.flows:
        arrows = flow.arrows()
        for position, (source, target) in enumerate(arrows):
            moved = product(_rate(flow, model, source), Symbol(amount(source)))
            terms[source].append((-1, moved))
            fraction = None if isinstance(flow, Exchange) else flow.fraction
            if target is not None:
                # Of a chain only what leaves its last compartment is a fraction.
                last = position == len(arrows) - 1
                terms[target].append((1, product(Symbol(fraction), moved) if fraction and last else moved))
    for place, moves in terms.items():
        yield Balance(amount(place), place, tuple(moves))


def _rate(flow: Flow, model: PopulationModel, source: str) -> Expression:
    """1/h at which a flow takes drug out of ``source``."""
    match flow:
        case Exchange() | Clearance():
            return Binary("/", _now(model, flow.clearance), _volume(model, source))
        case SaturableClearance():
            slowed = Binary("+", Symbol(flow.km), product(_concentration_per_mg(model, source), Symbol(amount(source))))
            return Binary("/", product(_now(model, flow.vmax), _concentration_per_mg(model, source)), slowed)
        case Transfer():
            return _now(model, flow.rate)
        case Transit():
            return Binary("/", Number(float(len(flow.through))), _now(model, flow.mean_time))


def _concentration_per_mg(model: PopulationModel, place: str) -> Expression:
    """ng/mL per mg in a compartment: as the analyte that is read there, else of the amounts as they are counted."""
    per_mg: Expression = Binary("/", _HOUSE_CONCENTRATION, _volume(model, place))
    read = next((read for read in model.analytes.values() if read.compartment == place), None)
    if read is None or read.substance == read.counted_as:
        return per_mg
    return Binary("/", product(per_mg, Number(MOLAR_MASS[read.substance])), Number(MOLAR_MASS[read.counted_as]))


def _now(model: PopulationModel, name: str) -> Symbol:
    return Symbol(f"{name}_NOW" if name in model.time_varying() else name)


def _volume(model: PopulationModel, place: str) -> Symbol:
    return _now(model, model.compartments[place].volume or "")


def entries(model: PopulationModel) -> Iterator[Entry]:
    """What a dose meets in the compartments where it does not simply enter as given.

    Raises
    ------
    EvidenceError
        Two routes enter one compartment in different ways, which the languages cannot tell apart.
    """
    found: dict[str, Entry] = {}
    for entered in model.inputs.values():
        for entry in entered.entries:
            name = amount(entry.into)
            duration = Symbol(entry.duration) if entry.duration else None
            made = Entry(name, _share(entry, entered.sprays), duration)
            if found.setdefault(name, made) != made:
                raise EvidenceError(
                    f"{model.id}: two routes enter {entry.into} in different ways; give each a depot of its own."
                )
    yield from (entry for entry in found.values() if entry.share is not None or entry.duration is not None)


def _share(entry: RouteEntry, sprays: Sprays | None) -> Expression | None:
    share: Expression | None = None
    if sprays is not None:
        later = product(Binary("-", SPRAYS, Number(1.0)), Symbol(sprays.later))
        share = Binary("/", product(Symbol(sprays.first), Binary("+", Number(1.0), later)), SPRAYS)
        if entry.share == "swallowed":
            share = Binary("-", Number(1.0), share)
    if entry.fraction is None:
        return share
    return Symbol(entry.fraction) if share is None else product(Symbol(entry.fraction), share)


def readouts(model: PopulationModel) -> Iterator[Readout]:
    """ng/mL of every analyte: 1000 · amount / volume · M(substance) / M(counted as)."""
    for name, read in model.analytes.items():
        held = Binary("/", Symbol(amount(read.compartment)), _volume(model, read.compartment))
        scaled = product(_HOUSE_CONCENTRATION, held)
        says = f"amounts counted as {read.counted_as}"
        if read.substance != read.counted_as:
            one, other = Number(MOLAR_MASS[read.substance]), Number(MOLAR_MASS[read.counted_as])
            scaled = Binary("/", product(scaled, one), other)
            says += f"; molar masses of {read.substance} and {read.counted_as}, g/mol"
        error = model.residual_error.get(name)
        additive = error.additive_sd if error else None
        if error and additive is not None and error.additive_unit == "nmol/mL":
            additive = molar_to_mass(additive, read.substance)
        yield Readout(
            analyte=name,
            concentration=Assignment(f"C_{name}", scaled, "ng/mL", says),
            proportional_sd=error.proportional_sd if error else None,
            additive_sd=additive,
            lognormal_sd=error.lognormal_sd if error else None,
        )
