"""Placetel's Notify API, as https://github.com/Placetel/call-control-notify-api
(README) has it."""
