#!/bin/bash
# execlineb and its words beside the originals: recorded command lines, and
# words and substitutions made at random where the originals are installed.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/beside.sh"

beside "$ROOT/tests/beside/execline.cases"
beside "$ROOT/tests/beside/envfile.cases"
finish
