"""The API of projects and tasks."""
