#!/usr/bin/env bash
# Installs the Debian packages that Vouch needs where they are missing, as root; otherwise says which.
set -euo pipefail
need=(libgl1 libglib2.0-0 tesseract-ocr tesseract-ocr-chi-sim chromium fonts-noto-cjk fonts-arphic-uming fonts-arphic-ukai fonts-wqy-microhei fonts-wqy-zenhei)
python3 -c 'import ensurepip' 2>/dev/null || need+=(python3-venv)
missing=()
for name in "${need[@]}"; do
  [ "$(dpkg-query -W -f='${Status}' "$name" 2>/dev/null)" = "install ok installed" ] || missing+=("$name")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "Vouch needs these Debian packages; as root: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
echo "installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
