"""Shifts entered by hand, and how the tenant wants its people rung."""
