#!/usr/bin/env bash
# Writes the secrets of docker-compose.yml into ./secrets, each once: what is there already is kept.
# The folder is closed to others (0700); inside it the files are readable, because containers open them as users of
# their own. Elasticsearch alone insists on 0600, and on its own user (1000), which is Vouch's user too.
set -euo pipefail
cd "$(dirname "$0")/.."
folder="${1:-secrets}"
umask 077
mkdir -p "$folder"
for name in vouch_database_password vouch_objects_secret vouch_index_password vouch_broker_password vouch_metrics_token; do
  file="$folder/$name.txt"
  [ -s "$file" ] || python3 -c 'import secrets; print(secrets.token_urlsafe(32), end="")' > "$file"
  chmod 0444 "$file"
done
printf 'default_user = vouch\ndefault_pass = %s\nloopback_users = none\n' "$(cat "$folder/vouch_broker_password.txt")" > "$folder/rabbitmq.conf.new"
mv -f "$folder/rabbitmq.conf.new" "$folder/rabbitmq.conf"
chmod 0444 "$folder/rabbitmq.conf"
chmod 0600 "$folder/vouch_index_password.txt"
if [ "$(id -u)" -eq 0 ]; then
  chown 1000 "$folder/vouch_index_password.txt"
elif [ "$(id -u)" -ne 1000 ]; then
  echo "as root: chown 1000 $folder/vouch_index_password.txt   (Elasticsearch reads it as user 1000)" >&2
fi
echo "secrets are in $folder; keep a copy where the backups of the stores are not" >&2
