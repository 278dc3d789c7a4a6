"""What an invoice costs each flow, each topic and the broker: what `manifold plan` reckons with."""
