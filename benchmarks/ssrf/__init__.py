"""Server-side request forgery: addresses that lead inside, sent to every place that fetches one."""
