"""Police victim support: what a closed call-out opens, its report, and the contacts afterwards."""
