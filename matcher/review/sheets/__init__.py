"""Tables of scores and votes as panels hand them in: one row an item and reviewer, or one a vote."""
