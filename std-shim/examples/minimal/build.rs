//! How the programs are linked, whatever else is said to the linker.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=discard.ld");
    let here = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    println!("cargo::rustc-link-arg-bins=-Wl,-T,{here}/discard.ld");
    // It has a start of its own and no libc.
    for argument in [
        "-nostartfiles",
        "-nostdlib",
        "-static",
        "-no-pie",
        "-Wl,--build-id=none,-z,norelro,--no-eh-frame-hdr",
    ] {
        println!("cargo::rustc-link-arg-bin=core_alone={argument}");
    }
}
