"""What a measurement was made on."""

import importlib.metadata
import os
import platform
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import numba


def machine(packages: tuple[str, ...]) -> dict[str, object]:
    """Processor, cores, load, Python and versions, for the head of a result file."""
    cpuinfo = Path("/proc/cpuinfo")
    names = (
        [line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        if cpuinfo.exists()
        else []
    )
    return {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "load_average": [round(x, 2) for x in os.getloadavg()],
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in packages},
    }


@numba.njit(nogil=True)
def _spin(n: int) -> float:
    x = 1.0
    for _ in range(n):
        x = x * 1.0000001 + 1e-9
    return x


def cores_given() -> float:
    """How many cores' work threads on all cores really do: on a shared machine, fewer than it has."""
    _spin(10)
    cores, seconds = os.cpu_count() or 1, []
    for count in (1, cores):
        threads = [threading.Thread(target=_spin, args=(200_000_000,)) for _ in range(count)]
        begin = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds.append(time.perf_counter() - begin)
    return cores * seconds[0] / seconds[1]
