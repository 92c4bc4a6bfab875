"""Tests of projects and tasks."""
