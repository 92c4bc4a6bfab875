"""Files that outlive a request, in a folder or in S3."""
