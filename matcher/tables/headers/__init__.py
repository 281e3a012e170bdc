"""Which rows are a header, what its words say, and which column feeds which field."""
