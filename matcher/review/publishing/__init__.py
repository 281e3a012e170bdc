"""Lists made public, for how long, and objections to them."""
