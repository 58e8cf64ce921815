"""Labels are the scarce thing: what more of them would bring, which are wrong, and which to set next."""
