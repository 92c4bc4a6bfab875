"""What questionnaire and search share of French, Spanish and English: words, numbers, prices, hours, sentences."""
