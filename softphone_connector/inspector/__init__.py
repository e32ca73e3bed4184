"""The event inspector: what phones really sent, and what became of it."""
