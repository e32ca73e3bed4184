"""What bridges share: programs that report for clients that call no addresses.

They need nothing but the standard library, so that they run beside a client, on a
machine that has no CRM.
"""
