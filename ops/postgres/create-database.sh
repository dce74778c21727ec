#!/bin/sh
# Runs once, when the official image has created an empty Postgres: the services' own role, which is no superuser, and its
# database.
set -eu
psql --username "${POSTGRES_USER:-postgres}" --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" <<'SQL'
create role pics login createrole password :'password';
create database pics owner pics;
SQL
