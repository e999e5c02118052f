"""Signed principals for persons and services, and the keys that sign them."""
