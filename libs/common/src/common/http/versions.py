"""ETag and If-Match: a command on an existing aggregate names the version that its author has seen."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header

from common.http.problems import Problem

_ONE_STRONG = re.compile(r'"(0|[1-9][0-9]{0,18})"', re.ASCII)
_LARGEST = 2**31 - 1  # no stream gets so far, so a greater one is merely stale


def etag(version: int) -> str:
    """The ETag of a stream's version: `"3"`."""
    return f'"{version}"'


async def _if_match(
    if_match: Annotated[str | None, Header(description='The ETag of the version you have seen, e.g. "3"')] = None,
) -> int:
    if if_match is None:
        detail = "This needs the header If-Match with the ETag of the version you have seen"
        raise Problem(428, "version-required", detail)
    found = _ONE_STRONG.fullmatch(if_match.strip())
    if found is None:
        detail = f'If-Match must be one ETag as it was given, like "3": no list, no *, not weak; got {if_match[:50]}'
        raise Problem(400, "malformed-if-match", detail)
    return min(int(found[1]), _LARGEST)


IfMatch = Annotated[int, Depends(_if_match)]
"""The version that the caller has seen. 428 without the header, 400 where it is not exactly one strong ETag."""
