"""What connects to what: one file a flow."""
