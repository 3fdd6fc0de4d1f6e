"""Find, try and add sources; download a single page."""
