"""A command hides nothing from the process it runs in: a server beside it can use SciPy."""

import subprocess
import sys

ASKED = "forecast --condition crps --weight 70 --pain 7 --regimen 'racemic im 30 mg' --patients 20"


def test_scipy_is_there_after_a_command_has_run():
    code = (
        "import shlex, sys; from reprieve import cli; "
        f'code = cli.run(shlex.split("{ASKED}")); '
        "from scipy import linalg; print(code, linalg.det([[2.0, 0.0], [0.0, 3.0]]), file=sys.stderr)"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stderr.splitlines()[-1] == "0 6.0"


def test_a_forecast_loads_no_scipy_beyond_its_name():
    code = (
        "import shlex, sys; from reprieve import cli; "
        f'cli.run(shlex.split("{ASKED}")); '
        "print(sorted(name for name in sys.modules if name.startswith('scipy.linalg')), file=sys.stderr)"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stderr.splitlines()[-1] == "[]"
