"""Fails when the test report (JUnit XML, the first argument) has no test with one of the marks that the other arguments
name, or one that was skipped."""

import sys
from pathlib import Path
from xml.etree import ElementTree

cases = list(ElementTree.fromstring(Path(sys.argv[1]).read_text()).iter("testcase"))  # noqa: S314 - our own report
for mark in sys.argv[2:]:
    marked = [case for case in cases if case.find(f"properties/property[@name='{mark}']") is not None]
    skipped = [f"{case.get('classname')}.{case.get('name')}" for case in marked if case.find("skipped") is not None]
    if not marked:
        sys.exit(f"No {mark} test ran.")
    if skipped:
        sys.exit(f"Of the {mark} tests, some were skipped:\n  " + "\n  ".join(skipped))
