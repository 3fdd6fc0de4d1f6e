"""Which articles are one: pure functions over a batch and what the warehouse knows."""
