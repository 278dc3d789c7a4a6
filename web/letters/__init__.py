"""Where people look at records that a flow could not use, and send them back or let them go."""
