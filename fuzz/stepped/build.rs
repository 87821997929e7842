//! Sets the configuration whose atomics run a hook before each step.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(sigtrip_step, sigtrip_loom, sigtrip_locked)");
    println!("cargo::rustc-cfg=sigtrip_step");
    println!("cargo::rerun-if-changed=build.rs");
}
