"""Whether a sampler can be believed: independent draws pass, chains that disagree, stick or diverge do not."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest

from reprieve.inference import sampling
from reprieve.inference.sampling import diagnose, effective_size, flat, rhat, together


def normals(rng, *shape):
    return rng.standard_normal(shape)


def good(rng=None):
    rng = rng or np.random.default_rng(1)
    return {"one": normals(rng, 4, 1000), "several": normals(rng, 4, 1000, 3)}


def test_independent_normal_draws_pass():
    found = diagnose(good(), 0)
    assert found.passed
    assert found.rhat_max == pytest.approx(1.0, abs=0.005)
    # Effective sizes of 4000 independent draws are about 4000.
    assert 3000 < found.ess_bulk_min < 5000


def test_chains_at_different_places_are_flagged_in_any_column():
    for name, at in (("one", np.s_[0]), ("several", np.s_[0, :, 2])):
        found = good()
        found[name][at] += 3.0
        made = diagnose(found, 0)
        assert made.rhat_max > 1.1
        assert not made.passed


def test_chains_of_different_widths_are_flagged():
    # Same mean: only ranks of the distance from the middle tell (Vehtari 2021).
    found = good()
    found["one"][:2] *= 4.0
    assert not diagnose(found, 0).passed


def test_chains_that_drift_together_are_flagged_by_their_halves():
    found = good()
    found["one"] += np.linspace(0, 3, 1000)
    made = diagnose(found, 0)
    assert made.rhat_max > 1.01
    assert not made.passed


def test_slow_chains_have_the_effective_size_of_their_correlation():
    rng, phi, n = np.random.default_rng(2), 0.9, 20_000
    steps = rng.standard_normal((4, n))
    chains = np.zeros((4, n))
    for i in range(1, n):
        chains[:, i] = phi * chains[:, i - 1] + np.sqrt(1 - phi**2) * steps[:, i]
    # An autoregressive chain: n (1 - φ) / (1 + φ).
    assert effective_size(chains, "bulk") == pytest.approx(4 * n * (1 - phi) / (1 + phi), rel=0.15)
    few = {"one": chains[:, :1000]}
    assert diagnose(few, 0).ess_bulk_min < 400
    assert not diagnose(few, 0).passed


def test_one_divergence_is_one_too_many():
    assert not diagnose(good(), 1).passed


def test_split_rhat_of_two_shifted_chains_is_that_of_its_formula():
    rng = np.random.default_rng(3)
    chains = rng.standard_normal((2, 4000)) + np.array([[0.0], [0.5]])
    # By ranks the ratio hardly differs from the plain one: variance between over within.
    halves = chains.reshape(4, 2000)
    within = halves.var(axis=1, ddof=1).mean()
    between = halves.mean(axis=1).var(ddof=1)
    assert rhat(chains) == pytest.approx(np.sqrt(1999 / 2000 + between / within), abs=0.004)


def test_chains_are_put_together_in_their_order_and_joined():
    chains = [({"a": np.full(6, i, float), "b": np.full((6, 2), i, float)}, i) for i in range(4)]
    rng = np.random.default_rng(4)
    noisy = [({n: v + 1e-3 * rng.standard_normal(v.shape) for n, v in d.items()}, n_div) for d, n_div in chains]
    found, made = together(noisy)
    assert made.divergences == 6
    assert found["b"].shape == (4, 6, 2)
    joined = flat(found)
    assert joined["b"].shape == (24, 2)
    np.testing.assert_allclose(joined["a"], np.repeat(np.arange(4), 6), atol=0.01)


@pytest.fixture
def in_threads(monkeypatch):
    """Chains are functions that run in threads of this process, two at a time."""
    monkeypatch.setattr(sampling.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(sampling, "ProcessPoolExecutor", lambda max_workers, **_: ThreadPoolExecutor(max_workers))
    monkeypatch.setattr(sampling, "run", lambda chain: chain())


@pytest.mark.usefixtures("in_threads")
def test_a_chain_is_told_as_it_ends_and_all_come_in_their_order():
    later, told, counted = Event(), [], []

    def first():
        assert later.wait(60)  # ends after the second
        return {"a": 1}, 0

    def ended(position, result):
        told.append((position, result))
        later.set()

    found = sampling.run_all([first, lambda: ({"a": 2}, 5)], ended=ended, done=counted.append)
    assert found == [({"a": 1}, 0), ({"a": 2}, 5)]
    assert told == [(1, ({"a": 2}, 5)), (0, ({"a": 1}, 0))]
    assert counted == [1, 2]


@pytest.mark.usefixtures("in_threads")
def test_when_a_chain_fails_those_that_ended_were_told_and_the_rest_is_not_run():
    told, release, ran = [], Event(), []

    def fails():
        assert release.wait(60)
        raise FloatingPointError("stuck")

    def waits():
        assert release.wait(60)

    def ended(position, _):
        told.append(position)
        release.set()

    rest = [lambda: ran.append(1) or Event().wait(0.05) for _ in range(100)]
    with pytest.raises(FloatingPointError, match="stuck"):
        sampling.run_all([lambda: 0, fails, waits, *rest], ended=ended)
    assert 0 in told
    assert 1 not in told
    assert len(ran) < 50


def test_many_chains_have_a_pool_for_each_batch(monkeypatch):
    """A pool that replaces its processes may wait for ever, so none runs more chains than its processes may."""
    pools = []

    def pool(max_workers, **_):
        pools.append(max_workers)
        return ThreadPoolExecutor(max_workers)

    monkeypatch.setattr(sampling.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(sampling, "ProcessPoolExecutor", pool)
    monkeypatch.setattr(sampling, "run", lambda chain: chain())
    monkeypatch.setattr(sampling, "_CHAINS_PER_PROCESS", 1)
    found = sampling.run_all([lambda i=i: ({"a": i}, 0) for i in range(5)])
    assert [draws["a"] for draws, _ in found] == [0, 1, 2, 3, 4]
    assert pools == [2, 2, 2]
