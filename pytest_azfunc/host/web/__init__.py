"""The web host: what stands between a socket and a function in Azure, one module for each part."""
