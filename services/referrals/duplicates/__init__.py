"""Entries of the social map that may be one: proposed with their reasons, merged by an editor, and parted again."""
