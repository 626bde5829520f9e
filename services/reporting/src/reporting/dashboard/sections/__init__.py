"""The sections of the page, each from its figures: a sentence, pictures, and the tables of the same figures."""
