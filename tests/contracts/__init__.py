"""What every adapter of a service must do, shown with the service's own examples."""
