"""Acts as a softphone: reports calls over HTTP, as a real one would."""
