"""Who may do what in this service: each role's permissions. Keys and tokens name roles; routes name permissions."""

from __future__ import annotations

from collections.abc import Mapping

READ_EVERYTHING = "incidents:read-everything"  # exact places and ages, free text
READ_SOURCES = "incidents:read-sources"  # narrative, sources, reasons

_AGENCY = {"incidents:push", "incidents:correct-own", "incidents:retract-own", "coverage:declare", "receipts:read-own"}
_SECRETARIAT = {
    "incidents:correct",
    "incidents:reclassify",
    "incidents:verify",
    "incidents:dispute",
    "incidents:mark-duplicate",
    "incidents:retract",
    "receipts:read",
    READ_EVERYTHING,
    READ_SOURCES,
}

ROLES: Mapping[str, frozenset[str]] = {
    "agency": frozenset({"incidents:read", "events:read", *_AGENCY}),
    "verifier": frozenset({"incidents:read", "incidents:verify", "incidents:dispute", READ_SOURCES}),
    "secretariat": frozenset({"incidents:read", "events:read", *_SECRETARIAT}),
    "administrator": frozenset({"incidents:read", "events:read", "agencies:manage", "receipts:read"}),
    "analyst": frozenset({"incidents:read"}),
    "service": frozenset({"incidents:read", "events:read"}),
}
