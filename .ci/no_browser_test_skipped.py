"""Fails when the test report (JUnit XML, the argument) has no browser test, or one that was skipped."""

import sys
from pathlib import Path
from xml.etree import ElementTree

cases = ElementTree.fromstring(Path(sys.argv[1]).read_text()).iter("testcase")  # noqa: S314 - our own report
browser = [case for case in cases if case.find("properties/property[@name='browser']") is not None]
skipped = [f"{case.get('classname')}.{case.get('name')}" for case in browser if case.find("skipped") is not None]
if not browser:
    sys.exit("No browser test ran.")
if skipped:
    sys.exit("Browser tests were skipped:\n  " + "\n  ".join(skipped))
