"""The dashboards: a file each. layout.py turns them into what Grafana reads."""
