#!/usr/bin/env bash
# Installs the real servers of the server size: Debian's PostgreSQL and RabbitMQ (as root), MinIO built from its Go module,
# Elasticsearch laid out from Maven Central. What is built lies in VOUCH_SERVERS (default: the user's cache folder, never
# the project's), and is kept between runs. Prints that folder. Says what it could not get, and fails.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
home=${VOUCH_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/vouch-servers}
minio=github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c # the last of its community edition; needs Go 1.24
mkdir -p "$home/bin"

say() { echo "services: $*" >&2; }
fail() { say "$*"; exit 1; }
has() { [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" = "install ok installed" ]; }

packages() { # the Debian packages of these names, without starting any service that they bring
  local missing=() made=""
  for name in "$@"; do has "$name" || missing+=("$name"); done
  [ ${#missing[@]} -eq 0 ] && return
  [ "$(id -u)" -eq 0 ] || fail "as root: apt-get install --no-install-recommends ${missing[*]}"
  say "installing ${missing[*]}"
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d && made=1
  fi
  DEBIAN_FRONTEND=noninteractive
  export DEBIAN_FRONTEND
  apt-get update -qq || true
  local status=0
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || status=$?
  [ -z "$made" ] || rm -f /usr/sbin/policy-rc.d
  [ $status -eq 0 ] || fail "Debian's packages ${missing[*]} could not be installed"
}

build_minio() {
  [ -x "$home/bin/minio" ] && return
  command -v go >/dev/null || packages golang-go ca-certificates
  say "building MinIO (3-6 minutes, once)"
  local work go
  work=$(mktemp -d "$home/go.XXXXXX")
  export GOPATH="$work/path" GOCACHE="$work/cache" GOBIN="$work/bin" GOFLAGS=-modcacherw
  if ! go=$(new_go) || ! GOTOOLCHAIN=local nice "$go" install -ldflags "-s -w" "$minio"; then
    rm -rf "$work"
    fail "MinIO could not be built; it needs the Go module proxy, and Go 1.24 or newer, or Go 1.18 to fetch that with"
  fi
  mv "$work/bin/minio" "$home/bin/minio"
  rm -rf "$work"
}

new_go() { # the Go that is here where it is new enough; else the one that the module proxy keeps, which Go 1.19 can fetch
  case "$(GOTOOLCHAIN=local go env GOVERSION)" in
  go1.2[4-9]* | go1.[3-9][0-9]* | go[2-9]*) command -v go && return ;;
  esac
  local version folder
  version=v0.0.1-go1.24.8.linux-$(GOTOOLCHAIN=local go env GOARCH)
  GOTOOLCHAIN=local go mod download "golang.org/toolchain@$version" >&2
  folder="$GOPATH/pkg/mod/golang.org/toolchain@$version"
  chmod +x "$folder"/bin/* "$folder"/pkg/tool/*/* # an older Go unpacks them as plain files
  echo "$folder/bin/go"
}

lay_elasticsearch() {
  [ -f "$home/elasticsearch/plugins/vouchers-support/vouchers-support.jar" ] && return
  { command -v javac && command -v mvn && command -v unzip; } >/dev/null || packages openjdk-17-jdk-headless maven unzip
  say "laying out Elasticsearch"
  rm -rf "$home/elasticsearch.new"
  local m2
  m2=$(mktemp -d "$home/m2.XXXXXX")
  if ! M2="$m2" "$here/elasticsearch/install.sh" "$home/elasticsearch.new"; then
    rm -rf "$m2" "$home/elasticsearch.new"
    fail "Elasticsearch could not be laid out; it needs a JDK 17, Maven and Maven Central"
  fi
  rm -rf "$m2" "$home/elasticsearch"
  mv "$home/elasticsearch.new" "$home/elasticsearch"
}

exec 9>"$home/.lock"
flock 9 # of two that start at once, one installs
packages postgresql rabbitmq-server iproute2 util-linux >&2
build_minio >&2
lay_elasticsearch >&2
echo "$home"
