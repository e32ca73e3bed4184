"""The bridge from the call monitor of a FRITZ!Box to the event addresses.

A FRITZ!Box calls no URLs; on port 1012 it tells its calls to whoever connects. The
bridge needs nothing but the standard library:
``python -m softphone_connector.pbx.fritzbox``. See README.md.
"""
