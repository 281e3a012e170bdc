"""What past applications teach: a score card, checked out of time."""
