"""Zadarma's PBX notifications, as https://github.com/zadarma/user-api-v1 (folder
``lib/Webhook``) and https://zadarma.com/en/support/api/ have them."""
