"""The records of a sheet, and what a row says of itself."""
