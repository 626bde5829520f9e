"""Prints what the workspace needs, one requirement a line: every package's dependencies and the tools of the root.

With `--run`, what the packages need to be built and to run, and no tools.
"""

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def requirements(*, tools: bool) -> set[str]:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    found = {each for name, group in groups.items() if tools or name == "build" for each in group}
    for file in [*ROOT.glob("libs/*/pyproject.toml"), *ROOT.glob("services/*/pyproject.toml")]:
        project = tomllib.loads(file.read_text())["project"]
        found.update(project["dependencies"], *project.get("optional-dependencies", {}).values())
    return {each for each in found if not each.startswith("salwatch-")}


print("\n".join(sorted(requirements(tools="--run" not in sys.argv[1:]))))
