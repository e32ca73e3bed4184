"""The generic CTI format, as https://docs.zammad.org/en/latest/api/generic-cti/ has
it: what many PBXs post that can talk to a help desk."""
