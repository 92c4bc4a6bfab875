"""Chat and embedding models by name: `openai:gpt-4o`, `anthropic:…`, `google_genai:…`, `offline`."""
