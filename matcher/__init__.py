"""Match enterprises' technical needs with research outcomes, both ways and with reasons."""

__version__ = "0.1.0"
