"""finewright: from a labelled file to a measured, versioned adapter, on your own machine."""

__version__ = "0.1.0"
