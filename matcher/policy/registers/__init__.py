"""Registers that a bureau keeps of its firms, to the facts that policies read: counted, checked, compared."""
