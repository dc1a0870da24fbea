#!/usr/bin/env bash
# Real clients against the real program: a virtual environment with a pinned OpenTelemetry Python SDK, then the checks.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=.cache/interop-venv
if ! cmp -s test/interop/requirements.txt "$venv/requirements.txt"; then
  command -v python3 >/dev/null || { echo "Cannot run interop: python3 is not installed; install Python 3.9 or newer" >&2; exit 1; }
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r test/interop/requirements.txt
  cp test/interop/requirements.txt "$venv/requirements.txt"
fi
INTEROP_PYTHON="$PWD/$venv/bin/python" exec node scripts/run-tests.mjs test/interop/python.interop.ts
