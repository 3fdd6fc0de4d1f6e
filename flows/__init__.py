"""What runs when, and the command line in front of it."""
