"""Where people see which policy decides, what another would change, and what a trial has shown."""
