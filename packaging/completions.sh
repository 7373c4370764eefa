#!/bin/sh
# Writes the completions of every shell: completions.sh PROGRAM DIRECTORY
set -eu
mkdir -p "$2"
"$1" completion bash >"$2/sprawl.bash"
"$1" completion zsh >"$2/_sprawl"
"$1" completion fish >"$2/sprawl.fish"
"$1" completion powershell >"$2/sprawl.ps1"
