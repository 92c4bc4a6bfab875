"""Tools as admins see them: what was called, how it went, and those that their organisation keeps."""
