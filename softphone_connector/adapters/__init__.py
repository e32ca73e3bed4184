"""Services that post a format of their own: sipgate.io, Placetel, Zadarma, Twilio …

An adapter (``softphone_connector/pbx/<kind>/adapter.py``) reads what its service says
and answers as that expects it. The profile of a key says which one is used; what it
reads goes the same way as every other event (``door.py``).
"""
