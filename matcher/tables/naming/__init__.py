"""Names, places and words as people write them, brought to one form."""
