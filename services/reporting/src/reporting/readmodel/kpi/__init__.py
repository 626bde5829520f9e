"""What reporting knows of the KPIs: rounds and their reports, editions, and the figures that were published."""
