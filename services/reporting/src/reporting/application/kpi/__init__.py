"""Published KPI figures: asked, added where that means something, and answered."""
