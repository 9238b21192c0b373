#!/usr/bin/env bash
# The short way: ./flash.sh finds a board, builds, flashes, uploads and shows the log;
# ./flash.sh --virtual --stress does all of it without hardware. Every option: ./flash.sh --help
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if ! command -v node >/dev/null; then
  echo "error: Node.js is not installed" >&2
  echo " cure: install Node 20.19 or later, with npm, and run this again" >&2
  exit 2
fi
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
  echo "error: Node $(node -v) is too old" >&2
  echo " cure: install Node 20.19 or later" >&2
  exit 2
fi

# npm writes this file last, so a half-finished installation is repeated.
installed=$here/node_modules/.package-lock.json
if [[ ! -f $installed || $here/package-lock.json -nt $installed ]]; then
  echo "installing packages (npm ci) ..." >&2
  (cd "$here" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) || {
    echo "error: npm ci failed" >&2
    echo " cure: look at npm's message above; it needs a reachable npm registry once" >&2
    exit 2
  }
fi

exec node "$here/tools/cli/last-ack.js" run "$@"
