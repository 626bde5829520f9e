"""SALWatch on one machine: embedded PostgreSQL, every service, sample data. Not for production."""
