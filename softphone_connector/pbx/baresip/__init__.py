"""The bridge from the softphone baresip to the event addresses.

baresip calls no URLs; it tells its events to whoever connects to its module
``ctrl_tcp``. The bridge runs beside it, on the agent's machine, and needs nothing but
the standard library: ``python -m softphone_connector.pbx.baresip``. See README.md.
"""
