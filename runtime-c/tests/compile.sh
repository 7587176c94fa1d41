# Sourced by the test scripts: compiles C files to objects that are kept, as the suites and their runs share most of them.
#
# In: $cc, $include and $out of the script, whose folder is runtime-c. Out: objects in ../target/c-tests, each named after a
# hash of all that it is made from. What holds: one is put in its place whole, so scripts may run at the same time.

kept=$PWD/../target/c-tests
mkdir -p "$kept"
# What nothing has asked for in a week goes.
find "$kept" -name '*.o' -mtime +7 -delete
flags="-std=gnu11 -Wall -Wextra -Werror -g -fPIC -Iinclude -Isrc -I$include"
# Times of headers outside tell an interpreter that was built anew.
surroundings=$({ "$cc" --version; echo "$flags"; cat include/*.h src/*.h; stat -c %Y "$include/Python.h"; } | sha256sum)

# compile OBJECT SOURCE FLAGS…: OBJECT becomes a link to the object; files in $out that SOURCE includes are the caller's $generated
compile() {
    local object=$1 source=$2 key unfinished
    shift 2
    key=$({ echo "$surroundings $source $*"; cat "$source"; cat "$(dirname "$source")"/*.h "${generated[@]}" /dev/null 2>/dev/null; } | sha256sum)
    key=$kept/$(basename "$source" .c)-${key%% *}.o
    if [ -e "$key" ]; then
        touch "$key"
    else
        unfinished=$key.$$
        # shellcheck disable=SC2086
        "$cc" $flags -I"$out" "$@" -c "$source" -o "$unfinished" && mv "$unfinished" "$key" || return 1
    fi
    ln -sf "$key" "$object"
}
