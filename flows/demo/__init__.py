"""A small news web that runs on this machine, and four fictitious newspapers on it."""
