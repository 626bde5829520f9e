"""Events on the move: the envelope, the relay out, the subscriber in."""
