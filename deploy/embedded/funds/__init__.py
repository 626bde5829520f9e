"""What the funds of the demo do: the founding document's figures exactly, everything else as marked illustration."""
