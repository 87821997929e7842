//! One of the programs has a start of its own and no libc. Each of the others is linked as it comes.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for argument in ["-nostartfiles", "-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none,-z,norelro,--no-eh-frame-hdr"] {
        println!("cargo::rustc-link-arg-bin=core_alone={argument}");
    }
}
