"""The page of the funds: what was promised, paid, decided, transferred, spent and done."""
