"""What services may know of each other: requests, answers and events. All events of a service are in its own file."""
