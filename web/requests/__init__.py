"""What has become of requests: one as a whole, many as a list, and live until decided."""
