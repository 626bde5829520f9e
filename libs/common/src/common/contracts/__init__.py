"""What leaves a service: one module per publisher, versioned, changed additively only."""
