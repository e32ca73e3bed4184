"""CRM+: a small, pleasant CRM and the services that its add-ons may use."""

__version__ = "0.1.0"
