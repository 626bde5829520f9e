"""What the commissions and the secretariat of the demo report: the founding document's KPI facts, and illustration."""
