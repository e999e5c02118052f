"""What services may know of each other: requests, answers and events, one file a service."""
