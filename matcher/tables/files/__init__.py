"""Files to raw grids of cells: formats, encodings, hostile sizes. Columns mean nothing here."""
