"""Villages, persons and plans whose answer is known without the code; all made up."""
