"""A verifier's work on the sample feed: some incidents are verified, a few disputed. All of them count."""

from __future__ import annotations

from collections.abc import Sequence

from embedded.sample_feed.generate import Line
from embedded.sample_feed.partner import Partner

_REVIEWED = ("rs-desk", "xk-desk", "ba-desk")
_EVERY = 60
_EVERY_DISPUTED = 9


async def review(verifier: Partner, lines: Sequence[Line]) -> tuple[int, int]:
    """Verify or dispute a fixed choice of incidents that nobody has judged yet. Answers how many of each."""
    counts = {"verify": 0, "dispute": 0}
    for agency in _REVIEWED:
        chosen = [line.external_id for line in lines if line.agency == agency][::_EVERY]
        listed = await verifier.get("/v1/incidents", agency=agency, external_id=chosen)
        standing = {item["external_id"]: item for item in listed.json()["items"]}
        for nth, external_id in enumerate(chosen):
            incident = standing[external_id]
            if incident["verification"] == "unverified":
                verb = "dispute" if nth % _EVERY_DISPUTED == 4 else "verify"
                await _judge(verifier, verb, incident["id"], incident["version"])
                counts[verb] += 1
    return counts["verify"], counts["dispute"]


async def _judge(verifier: Partner, verb: str, incident_id: str, version: int) -> None:
    document = (
        {"comment": "Illustration: confirmed with a second source."}
        if verb == "verify"
        else {"reason": "Illustration: two sources contradict each other."}
    )
    await verifier.command(f"/v1/incidents/{incident_id}/{verb}", document, f'"{version}"')
