"""Presentation in one place: number formats, sentences, the screen and the page."""
