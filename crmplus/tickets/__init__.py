"""Tickets, and activities: what somebody is still to do, call-backs among it."""
