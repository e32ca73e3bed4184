"""Zoom Phone's webhooks, as https://developers.zoom.us/docs/api/phone/events/, its
types in https://zoom.github.io/rivet-javascript/ and, for signature and validation,
https://developers.zoom.us/docs/api/webhooks/ have them."""
