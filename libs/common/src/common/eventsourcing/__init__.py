"""The event log: one per service database, append-only, gapless, in commit order."""
