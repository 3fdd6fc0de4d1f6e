"""The demo: four fictitious newspapers on a small news web that runs on this machine."""
