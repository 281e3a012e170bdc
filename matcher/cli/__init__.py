"""The command line: a command reads, calls one public function, writes, reports."""
