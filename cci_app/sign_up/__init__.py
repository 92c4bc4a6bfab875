"""How an organisation begins: by a link to an address, with its owner and a plan, where the installation allows it."""
