"""What operators see and are told: dashboards, rules and alerts."""
