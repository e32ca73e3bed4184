"""An app for tests with real servers: it publishes what a test asks for."""
