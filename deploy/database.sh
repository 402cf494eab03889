#!/bin/bash
# Makes packshot's role and database, the first time that the database starts. The role owns its database and passes by no wall.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --set=password="$PACKSHOT_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE packshot LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE packshot OWNER packshot;
SQL
