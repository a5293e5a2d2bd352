#!/bin/sh
# Install what some tests open or run where that can be done without asking: apt, and root. Everywhere
# else those tests skip with the reason, unless it is there already: Chromium for the page, mmdebstrap
# and iproute2 for a clean Debian.
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && chromium="" && break
  chromium=chromium
done
command -v mmdebstrap >/dev/null 2>&1 || mmdebstrap=mmdebstrap
command -v ip >/dev/null 2>&1 || iproute2=iproute2
wanted="$chromium $mmdebstrap $iproute2"
if [ -n "$(echo $wanted)" ] && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "installing" $wanted
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends $wanted; } >/dev/null 2>&1 ||
    echo "could not be installed; the tests that need them will be skipped"
fi
exit 0
