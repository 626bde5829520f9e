"""The documents that partners read, made from the contracts: `docs/asyncapi.yaml` and `docs/events.md`."""
