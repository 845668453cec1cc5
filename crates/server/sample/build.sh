#!/bin/sh
# Prints output like that of a compiler, at the speed of one.
set -e

compile() {
    for unit in keel ribs planking deck mast rigging sails rudder; do
        echo "   Compiling $unit v1.0.0 (/src/$unit)"
        sleep 0.7
    done
    echo "    Finished release target"
}

check() {
    echo "running 4 tests"
    for name in floats steers carries_cargo survives_a_storm; do
        sleep 0.7
        echo "test $name ... ok"
    done
    echo "test result: ok. 4 passed; 0 failed"
}

case "$1" in
compile) compile ;;
test) check ;;
*) echo "usage: build.sh compile|test" >&2 && exit 2 ;;
esac
