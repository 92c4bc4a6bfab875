"""An assistant to read: its texts side by side in its languages, and what members answered to its questions."""
