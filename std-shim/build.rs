//! The shared library for C is never unloaded: the kernel has the address of its signal handlers, and libc that of what it calls at fork.
//!
//! It is said only with the feature `capi`, and never to the linker of a program that depends on this crate. (What else that feature links,
//! the tests of this package, it does no harm.)

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let capi = std::env::var_os("CARGO_FEATURE_CAPI").is_some();
    if capi && std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-link-arg=-Wl,-z,nodelete");
    }
}
