"""What may be learned at all: rules, what they refuse and why, and the quarantine where refused rows wait."""
