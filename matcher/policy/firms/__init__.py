"""Tables of firms as people keep them, to the facts that policies read."""
