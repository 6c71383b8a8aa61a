"""No module imports itself by way of others, not even for the type checker."""

from graphlib import TopologicalSorter

import grimp


def test_the_import_graph_has_no_cycle():
    graph = grimp.build_graph("reprieve", exclude_type_checking_imports=False, cache_dir=None)
    TopologicalSorter({one: graph.find_modules_directly_imported_by(one) for one in graph.modules}).prepare()
