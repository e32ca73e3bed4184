"""People at work: groups, deputies, workplace status, presence, the busy-lamp panel."""
