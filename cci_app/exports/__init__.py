"""The record handed on: conversations as files, downloaded or delivered."""
