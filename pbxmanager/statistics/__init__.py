"""Figures about calls: counted per day and hour, shown, exported, on the wall."""
