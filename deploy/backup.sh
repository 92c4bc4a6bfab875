#!/bin/sh
# A copy of the database into a folder: `deploy/backup.sh FOLDER`. What it writes holds everything that people wrote.
# From the environment: BACKUP_DATABASE_URL, of a login that row-level security does not bind (a superuser, or BYPASSRLS);
# of another one pg_dump refuses, rather than leave rows out. pg_dump may not be older than the server.
set -eu
umask 077
folder=${1:?usage: deploy/backup.sh FOLDER}
mkdir -p "$folder"
name=$folder/cci-$(date -u +%Y%m%dT%H%M%SZ).dump
pg_dump --format=custom --no-owner --file="$name.part" --dbname="$BACKUP_DATABASE_URL"
# Whole, or it would not be read to its end.
pg_restore --file=/dev/null "$name.part"
mv "$name.part" "$name"
echo "$name"
