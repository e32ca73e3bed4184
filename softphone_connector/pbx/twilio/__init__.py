"""Twilio's call progress events, as
https://www.twilio.com/docs/voice/api/call-resource#statuscallback and
https://www.twilio.com/docs/usage/security#validating-requests have them."""
