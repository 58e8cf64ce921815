"""What a model says behind the beginnings of what it learned. Knows no run folders and no recipes."""
