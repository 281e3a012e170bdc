"""Points of innovation, platforms and instruments of support."""
