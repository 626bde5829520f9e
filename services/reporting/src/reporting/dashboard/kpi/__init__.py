"""The page of official figures: what jurisdictions reported on the KPIs of a roadmap."""
