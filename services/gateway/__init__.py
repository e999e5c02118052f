"""The gateway: what people see. It owns no data; it asks and tells the services."""
