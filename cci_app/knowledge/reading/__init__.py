"""A file becomes sections of text: PDF, Word, web pages, Markdown and text, read by a process with limits."""
