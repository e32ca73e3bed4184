"""What the host itself looks after on the health page: one module for each subject."""
