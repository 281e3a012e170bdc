"""The accurate second stage, and other ways to put the best rows into another order."""
