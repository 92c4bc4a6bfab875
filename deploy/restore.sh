#!/bin/sh
# A copy into a new, empty database: `deploy/restore.sh FILE`. All of it, or nothing.
# From the environment: RESTORE_DATABASE_URL, of the login that will own the tables and may create roles.
# Then `flask db upgrade && flask logins` with the same database, and docs/deploy.md for what comes after.
set -eu
file=${1:?usage: deploy/restore.sh FILE}
tables=$(psql "$RESTORE_DATABASE_URL" --no-psqlrc --quiet --tuples-only --no-align \
    --command "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
if [ "$tables" != 0 ]; then
    echo "this database has tables: name a new one in RESTORE_DATABASE_URL" >&2
    exit 1
fi
# Roles are the server's, not the database's: a copy has none. Its rights name these two.
for role in cci_app cci_system; do
    psql "$RESTORE_DATABASE_URL" --no-psqlrc --quiet --set ON_ERROR_STOP=1 --command "
        DO \$\$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$role') THEN CREATE ROLE $role NOLOGIN; END IF;
            IF NOT pg_has_role(current_user, '$role', 'MEMBER') THEN GRANT $role TO CURRENT_USER; END IF;
        END \$\$"
done
pg_restore --no-owner --exit-on-error --single-transaction --dbname="$RESTORE_DATABASE_URL" "$file"

# A view reads with the rights of its owner: these belong to the role that looks across organisations, not to who restores.
views=$(pg_restore --list "$file" | sed -n 's/^[0-9]*; [0-9]* [0-9]* VIEW public \([a-z0-9_]*\) cci_system *$/\1/p')
{
    echo 'GRANT CREATE ON SCHEMA public TO cci_system;'
    for view in $views; do
        echo "ALTER VIEW public.$view OWNER TO cci_system;"
    done
    echo 'REVOKE CREATE ON SCHEMA public FROM cci_system;'
} | psql "$RESTORE_DATABASE_URL" --no-psqlrc --quiet --set ON_ERROR_STOP=1 --single-transaction
