"""Vonage's Voice API events, as
https://developer.vonage.com/en/voice/voice-api/webhook-reference and, for the
signature, https://developer.vonage.com/en/getting-started/concepts/webhooks have
them."""
