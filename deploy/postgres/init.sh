#!/bin/sh
# A database and a role for every service: the role owns its database, may enter no other and make none.
# The image runs it on an empty volume. Run it again to add a service or to change a password:
#   docker compose exec postgres sh /docker-entrypoint-initdb.d/init.sh
# <SERVICE>_DB_PASSWORD is read from the environment; it is on no command line.
set -eu

for service in incidents kpi funds reporting; do
  name=$(echo "$service" | tr '[:lower:]' '[:upper:]')_DB_PASSWORD
  PASSWORD=$(printenv "$name") || { echo "init: $name is missing" >&2; exit 1; }
  export PASSWORD
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set service="$service" <<'SQL'
\getenv password PASSWORD
SELECT format('CREATE ROLE %I', :'service')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'service') \gexec
SET log_statement = 'none';
ALTER ROLE :"service" LOGIN PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8'''
              ' LOCALE_PROVIDER builtin BUILTIN_LOCALE ''C.UTF-8''', :'service', :'service')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'service') \gexec
REVOKE ALL ON DATABASE :"service", postgres, template1 FROM PUBLIC;
SQL
done
