"""What the demo cannot mend itself: told in one line, without a traceback."""

from __future__ import annotations


class CannotRun(Exception):
    """The message is one sentence for the person at the terminal, with the way out."""
