"""Where the passages' vectors are kept and compared."""
