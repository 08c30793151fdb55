#!/usr/bin/env bash
# Runs the tests in C under ThreadSanitizer. It has to see the locks of Rust's standard library too, so that is built with
# it: on Debian with the packages rustc-web, cargo-web and rust-web-src. Takes some minutes; not part of the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
target=x86_64-unknown-linux-gnu
out=$(realpath ../target)/thread-sanitizer

# The cipher in software, because what it has for wide registers is written for a later Rust than this one.
flags='-Zsanitizer=thread --cap-lints allow --cfg aes_backend="soft"'
RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS=$flags CARGO_TARGET_DIR=$out \
    /usr/bin/cargo build -Zbuild-std --target $target --no-default-features --release --lib --ignore-rust-version
runtime=$(find "$(rustc --print sysroot)" -name 'librustc-*_rt.tsan.a' | head -n 1)
ln -sf "$out/$target/release/libserialref_ffi.so" "$out/libserialref.so.0.1"

for name in threads issuing life; do
    cc -std=gnu11 -g -fsanitize=thread -c -I../include "tests/c/$name.c" -o "$out/$name.o"
    cc "$out/$name.o" -o "$out/$name" -rdynamic -Wl,--whole-archive "$runtime" -Wl,--no-whole-archive \
        -Wl,-rpath,"$out" "$out/libserialref.so.0.1" -lpthread -ldl -lm -lrt -lstdc++
    "$out/$name"
done
