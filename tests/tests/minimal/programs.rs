//! The programs of `std-shim/examples/minimal`, built in each way that they can be linked.

use std::{
    env, fmt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../std-shim/examples/minimal");
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// How a program is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// With glibc, by the loader.
    Dynamic,
    /// With glibc, whole.
    Static,
    /// With musl, whole.
    Musl,
    /// The same without what a program of this size does not need: pages of their own for each kind of section.
    Small,
    /// With no libc.
    Raw,
    /// As `Dynamic`, with its symbols.
    WithSymbols,
}

/// What a static link with glibc names last, so that the linker finds what the libraries need of each other.
const GLIBC: &str = "-Clink-arg=-Wl,-Bstatic,--start-group,-lc,-lgcc,-lgcc_eh,--end-group";
const MUSL: &str = "-Clink-arg=-Wl,-Bstatic,--start-group,-lc,-lgcc,--end-group";
const SMALL: &str = "-Clink-arg=-Wl,--build-id=none,-z,norelro,-z,noseparate-code";

const WHOLE: &[&str] = &["-Ctarget-feature=+crt-static", "-Crelocation-model=static"];
/// The target is glibc's: what the programs take of libc is the same in both, on this processor.
const MUSL_LINKER: &[&str] = &["-Clinker=musl-gcc", "-Clinker-features=-lld", MUSL];

impl Way {
    fn flags(self) -> Vec<&'static str> {
        let parts: &[&[&str]] = match self {
            Self::Dynamic | Self::WithSymbols => &[],
            Self::Raw => &[&["-Crelocation-model=static"]],
            Self::Static => &[WHOLE, &[GLIBC]],
            Self::Musl => &[WHOLE, MUSL_LINKER],
            Self::Small => &[WHOLE, MUSL_LINKER, &[SMALL]],
        };
        [&["-Cforce-unwind-tables=no"], parts.concat().as_slice()].concat()
    }

    /// Why it can not be had here.
    pub(crate) fn missing(self) -> Option<&'static str> {
        let linux = cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"));
        match self {
            _ if !linux || env::var_os("SIGTRIP_EMULATOR").is_some() => {
                Some("the programs are linked for x86-64, with glibc")
            }
            Self::Static if !has_static_glibc() => Some("there is no libc.a: glibc's for static linking"),
            Self::Musl | Self::Small if run(Command::new("musl-gcc").arg("--version")).is_none() => {
                Some("there is no musl-gcc: Debian's package musl-tools")
            }
            _ => None,
        }
    }

    /// The program of this name, of those built in this way.
    pub(crate) fn program(self, name: &str) -> PathBuf {
        self.folder().join(TARGET).join("release").join(name)
    }

    fn folder(self) -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("minimal").join(self.to_string())
    }

    /// Builds these programs; nothing that this process was told of flags counts.
    pub(crate) fn build(self, names: &[&str]) {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--release", "--locked", "--target", TARGET]).current_dir(HERE);
        cargo.arg("--target-dir").arg(self.folder());
        for name in names {
            cargo.args(["--bin", name]);
        }
        let strip = if self == Self::WithSymbols { "none" } else { "symbols" };
        cargo.env("CARGO_PROFILE_RELEASE_STRIP", strip);
        cargo.env("CARGO_ENCODED_RUSTFLAGS", self.flags().join("\x1f"));
        let built = cargo.output().expect("cargo can be started");
        assert!(built.status.success(), "{self}: {}", String::from_utf8_lossy(&built.stderr));
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Dynamic => "dynamic",
            Self::Static => "static",
            Self::Musl => "musl",
            Self::Small => "small",
            Self::Raw => "raw",
            Self::WithSymbols => "with-symbols",
        })
    }
}

fn run(command: &mut Command) -> Option<Output> {
    command.output().ok().filter(|output| output.status.success())
}

/// Gcc repeats the name of a library that it does not find.
fn has_static_glibc() -> bool {
    let found = run(Command::new("gcc").arg("-print-file-name=libc.a"));
    found.is_some_and(|found| String::from_utf8_lossy(&found.stdout).contains('/'))
}
