"""What is learned from judged pairs: corrections of the score, probabilities, whether to recommend."""
