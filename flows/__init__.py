"""The flows, what they are made of, and the command line."""
