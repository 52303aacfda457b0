#!/bin/sh
# Makes Temporal's two databases on PostgreSQL, or brings them to the tool's version. SQL_HOST, SQL_PORT, SQL_USER and
# SQL_PASSWORD say where: Temporal's own names. The schemas are in the tool.
set -eu

tool() { # database, command, …
  database=$1
  shift
  "${SQL_TOOL:-temporal-sql-tool}" --plugin postgres12 --db "$database" "$@"
}

# One that has no schema yet has no version to update from: the first update fails then.
schema() { # database, name of its schema
  tool "$1" create-database || true # it exists; whatever else is wrong ends the next step too
  tool "$1" update-schema --schema-name "$2" && return
  tool "$1" setup-schema -v 0.0
  tool "$1" update-schema --schema-name "$2"
}

schema temporal postgresql/v12/temporal
schema temporal_visibility postgresql/v12/visibility
