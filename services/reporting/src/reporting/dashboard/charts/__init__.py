"""Pictures as Vega-Lite definitions: one for the page and for print."""
