"""What an adapter says to those who would misuse it: probes, how they are asked, and what their answers come to."""
