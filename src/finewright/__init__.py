"""finewright: from a labelled file to a measured, versioned adapter, on your own machine."""

import logging

# peft imports bitsandbytes wherever it is installed, and that warns of a kernel that only half precision would use.
logging.getLogger("bitsandbytes").setLevel(logging.ERROR)

__version__ = "0.1.0"
