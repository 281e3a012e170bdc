"""What else stands on a sheet: blocks, forms, units beside the header, rows below the records."""
