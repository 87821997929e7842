//! The memory of the emulated board, and the linker script that `cortex-m-rt` brings.

use std::{env, fs, path::Path};

/// nRF51 (BBC micro:bit): a Cortex-M0.
const MICROBIT: &str =
    "MEMORY { FLASH : ORIGIN = 0x00000000, LENGTH = 256K  RAM : ORIGIN = 0x20000000, LENGTH = 16K }";
/// Stellaris LM3S6965: a Cortex-M3.
const LM3S6965: &str =
    "MEMORY { FLASH : ORIGIN = 0x00000000, LENGTH = 256K  RAM : ORIGIN = 0x20000000, LENGTH = 64K }";

fn main() {
    let out = env::var("OUT_DIR").expect("cargo sets it");
    let target = env::var("TARGET").expect("cargo sets it");
    let memory = if target.starts_with("thumbv6m") { MICROBIT } else { LM3S6965 };
    fs::write(Path::new(&out).join("memory.x"), memory).expect("it can be written");
    println!("cargo::rustc-link-search={out}");
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rerun-if-changed=build.rs");
}
