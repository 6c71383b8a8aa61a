"""A linear compartment graph and its rate matrix.

Amounts ``x`` move along edges at first-order rates: ``dx/dt = K x + input``. An edge from ``a`` to ``b`` with
rate ``k`` takes ``k·x[a]`` out of ``a`` and brings ``yield·k·x[a]`` into ``b``; an edge to :data:`OUTSIDE`
only takes. A *sensor* edge brings without taking: it drives an effect site, which follows a concentration
without holding drug.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OUTSIDE = -1


@dataclass(frozen=True)
class Edge:
    """One first-order flow; ``sensor`` edges do not take from their source."""

    source: int
    target: int = OUTSIDE
    sensor: bool = False


@dataclass(frozen=True)
class CompartmentGraph:
    """Compartments by name and the edges between them.

    Parameters
    ----------
    names : compartment names, in the order of the state vector
    edges : the flows; their rates and yields come separately, one per subject
    """

    names: tuple[str, ...]
    edges: tuple[Edge, ...]

    def __post_init__(self) -> None:
        if len(set(self.names)) != len(self.names):
            raise ValueError(f"compartment names repeat: {self.names}")
        for edge in self.edges:
            if not 0 <= edge.source < len(self.names):
                raise ValueError(f"{edge} starts outside the {len(self.names)} compartments")
            if edge.target != OUTSIDE and not 0 <= edge.target < len(self.names):
                raise ValueError(f"{edge} ends outside the {len(self.names)} compartments")
            if edge.source == edge.target:
                raise ValueError(f"{edge} returns to its own compartment")

    def index(self, name: str) -> int:
        """Position of a compartment in the state vector."""
        return self.names.index(name)

    def upstream(self, targets: Sequence[int], also: Sequence[tuple[int, int]] = ()) -> list[int]:
        """Compartments that the targets depend on, themselves included, in the order of the graph.

        Parameters
        ----------
        targets : indices of compartments
        also : dependences beside the edges, as (on which, what depends on it)
        """
        pairs = [*((edge.source, edge.target) for edge in self.edges), *also]
        found, frontier = set(targets), list(targets)
        while frontier:
            here = frontier.pop()
            sources = {source for source, target in pairs if target == here} - found
            found |= sources
            frontier.extend(sources)
        return sorted(found)

    def with_effect_site(self, *sources: str, name: str = "effect") -> CompartmentGraph:
        """The graph with an effect site that follows ``sources``; appended are an edge (sensor) from each, then out."""
        site = len(self.names)
        added = (*(Edge(self.index(source), site, sensor=True) for source in sources), Edge(site))
        return CompartmentGraph((*self.names, name), (*self.edges, *added))

    def rate_matrix(
        self, rates: NDArray[np.float64], yields: Sequence[float] | NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Rate matrices ``K`` of many subjects.

        Parameters
        ----------
        rates : (n_subjects, n_edges) 1/h, each > = 0
        yields : (n_edges,) or (n_subjects, n_edges), what arrives per unit that leaves; 1 when not given

        Returns
        -------
        (n_subjects, n, n) 1/h with ``dx/dt = K x``
        """
        rates = np.atleast_2d(np.asarray(rates, dtype=float))
        n_subjects, n_edges = rates.shape
        if n_edges != len(self.edges):
            raise ValueError(f"{n_edges} rates were given for {len(self.edges)} edges")
        if not np.all(np.isfinite(rates)) or np.any(rates < 0):
            raise ValueError("rates must be finite and not negative")
        arriving = np.ones(rates.shape) if yields is None else np.broadcast_to(yields, rates.shape)
        matrix = np.zeros((n_subjects, len(self.names), len(self.names)))
        for column, edge in enumerate(self.edges):
            if not edge.sensor:
                matrix[:, edge.source, edge.source] -= rates[:, column]
            if edge.target != OUTSIDE:
                matrix[:, edge.target, edge.source] += rates[:, column] * arriving[:, column]
        return matrix
