"""Grafana's dashboards, described in Python: one file a dashboard, a few lines a panel.

`python -m dashboards.grafana` (`make dashboards`) writes them into `dashboards/*.json`, from where
Grafana reads them.
"""
