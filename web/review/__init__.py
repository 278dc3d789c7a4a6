"""Where people settle what the machine is unsure of."""
