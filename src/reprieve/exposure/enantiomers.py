"""Racemic ketamine as its two halves, each followed on its own.

No complete model of R-ketamine is published. Its clearance relative to S-ketamine is (a record in
``clearance_ratios/``), so R is given the volumes and exchange of S and a clearance of its own; its metabolites are not
followed. One dose enters twice, half each.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reprieve.exposure.built import BuiltModel, Floats
from reprieve.exposure.elimination import with_area_ratio
from reprieve.pkpd.compartments import OUTSIDE, CompartmentGraph, Edge

#: What the R half is called beside the S half.
R_PREFIX = "r_"


def with_both_enantiomers(s: BuiltModel, r: BuiltModel, r_clearance: Floats) -> BuiltModel:
    """A racemic model of two independent halves from a model of esketamine.

    Parameters
    ----------
    s : the S half, with whatever analytes are wanted and an input for the route
    r : the same model with the parent alone, which becomes the R half
    r_clearance : (n_subjects,) clearance of R over that of S

    Returns
    -------
    BuiltModel
        n + m compartments; the analyte ``r_ketamine`` comes last; inputs take half of the dose each
    """
    r = with_area_ratio(r, 1.0 / np.asarray(r_clearance, dtype=float))
    size = len(s.graph.names)
    n_subjects = max(s.n_subjects, r.n_subjects)
    edges = tuple(
        Edge(e.source + size, OUTSIDE if e.target == OUTSIDE else e.target + size, e.sensor) for e in r.graph.edges
    )
    names = (*s.graph.names, *(R_PREFIX + name for name in r.graph.names))
    return replace(
        s,
        graph=CompartmentGraph(names, (*s.graph.edges, *edges)),
        rate_matrix=_beside(s.rate_matrix, r.rate_matrix, n_subjects),
        readout=_beside(s.readout, r.readout, n_subjects),
        typical_matrix=_beside(s.typical_matrix[None], r.typical_matrix[None], 1)[0],
        analytes=(*s.analytes, "r_ketamine"),
        inputs={
            route: tuple(
                replace(entry, compartment=prefix + entry.compartment, fraction=entry.fraction / 2)
                for prefix, half in (("", s), (R_PREFIX, r))
                for entry in half.inputs[route]
            )
            for route in s.inputs
        },
    )


def _beside(one: Floats, other: Floats, n_subjects: int) -> Floats:
    """Block-diagonal, for every subject."""
    (rows, columns), (more_rows, more_columns) = one.shape[1:], other.shape[1:]
    joined = np.zeros((n_subjects, rows + more_rows, columns + more_columns))
    joined[:, :rows, :columns] = one
    joined[:, rows:, columns:] = other
    return joined
