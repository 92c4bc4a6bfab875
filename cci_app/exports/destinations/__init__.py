"""Where an export is delivered: SharePoint, a Google Sheet, a folder."""
