"""Telling a user what came out."""
