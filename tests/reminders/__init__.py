"""Tests of telling people of their tasks."""
