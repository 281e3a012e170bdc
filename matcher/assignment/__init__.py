"""Who meets whom, who reviews what, who serves which village: rules, proofs, obstacles, records and timetables."""
