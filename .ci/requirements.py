"""Prints what the workspace needs, one requirement a line: every package's dependencies and the tools of the root."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def requirements() -> set[str]:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    found = {each for group in tools.values() for each in group}
    for file in [*ROOT.glob("libs/*/pyproject.toml"), *ROOT.glob("services/*/pyproject.toml")]:
        project = tomllib.loads(file.read_text())["project"]
        found.update(project["dependencies"], *project.get("optional-dependencies", {}).values())
    return {each for each in found if not each.startswith("salwatch-")}


print("\n".join(sorted(requirements())))
