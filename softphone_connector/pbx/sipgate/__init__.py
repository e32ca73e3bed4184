"""sipgate.io's Push API, as https://github.com/sipgate/sipgate.io (README) has it."""
