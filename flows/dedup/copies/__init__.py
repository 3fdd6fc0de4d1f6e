"""Which articles repeat others, and who published first."""
