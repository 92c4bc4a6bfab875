"""What a person may ask of those who keep their data: to be given it, to be erased, to be left alone."""
