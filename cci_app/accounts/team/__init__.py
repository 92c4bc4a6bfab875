"""What admins see and change of members, keys, sessions, and the audit log."""
