"""All that a domain may import: standard library only."""
