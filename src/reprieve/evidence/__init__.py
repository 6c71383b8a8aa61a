"""What is published, as dated, sourced records, and the only code that opens them."""
