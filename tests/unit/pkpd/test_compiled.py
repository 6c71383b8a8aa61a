"""Compiled kernels are kept between runs, and never outlive the sources they were made from."""

from reprieve.pkpd import compiled, modes, propagation, slow_state


def test_the_stamp_changes_when_any_source_changes(tmp_path):
    (tmp_path / "caller.py").write_text("from called import f")
    (tmp_path / "called.py").write_text("f = 1")
    before = compiled.sources_stamp(tmp_path)
    compiled.sources_stamp.cache_clear()
    assert compiled.sources_stamp(tmp_path) == before
    (tmp_path / "called.py").write_text("f = 2")
    compiled.sources_stamp.cache_clear()
    assert compiled.sources_stamp(tmp_path) != before


def test_every_kernel_is_kept_under_a_name_with_the_stamp():
    stamp = compiled.sources_stamp()
    for kernel in (modes.subject_modes, slow_state.advance, propagation.propagate_modes):
        assert kernel.py_func.__qualname__.endswith(stamp)
