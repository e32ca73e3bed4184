"""The addresses that phones call: ``{BASE}/softphone/{key}/{event}``.

``handler.handle`` does the whole job for both doors: the plain Django view
(``views.py``) and the lean ASGI application (``asgi.py``).
"""
