"""What tests share: the servers they run against, a service in a test's hands, principals, a browser."""
