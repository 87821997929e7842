//! The four libraries, built by cargo, and the programs that are compiled against them.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{LazyLock, Mutex},
};

use libtest_mimic::{Failed, Trial};
use object::{Object, ObjectSymbol};
use sigtrip_tests::Program;

use crate::HERE;

/// One kind of C library.
pub(crate) struct Library {
    std: bool,
    shared: bool,
    /// The program with all the scenarios.
    scenarios: LazyLock<String>,
}

static STD_STATIC: Library = Library::new(true, false, || STD_STATIC.compile_scenarios());
static STD_SHARED: Library = Library::new(true, true, || STD_SHARED.compile_scenarios());
static BARE_STATIC: Library = Library::new(false, false, || BARE_STATIC.compile_scenarios());
pub(crate) static BARE_SHARED: Library = Library::new(false, true, || BARE_SHARED.compile_scenarios());

pub(crate) static ALL: [&Library; 4] = [&STD_STATIC, &STD_SHARED, &BARE_STATIC, &BARE_SHARED];

/// How every program here must compile.
const STRICT: [&str; 4] = ["-std=c11", "-Wall", "-Wextra", "-Werror"];

const SCENARIOS: [&str; 8] =
    ["main", "dispositions", "drains", "hooks", "waits", "sending", "embedding", "refusals"];

impl Library {
    const fn new(std: bool, shared: bool, scenarios: fn() -> String) -> Self {
        Self { std, shared, scenarios: LazyLock::new(scenarios) }
    }

    pub(crate) const fn name(&self) -> &'static str {
        match (self.std, self.shared) {
            (true, false) => "std_static",
            (true, true) => "std_shared",
            (false, false) => "bare_static",
            (false, true) => "bare_shared",
        }
    }

    pub(crate) fn scenarios(&self) -> &str {
        &self.scenarios
    }

    fn compile_scenarios(&self) -> String {
        let sources = SCENARIOS.map(|name| format!("{HERE}/c/{name}.c"));
        self.compile("scenarios", &sources)
    }

    /// Compiles a program against this library, and returns where it is.
    pub(crate) fn compile(&self, name: &str, sources: &[String]) -> String {
        let library = self.built();
        let program = format!("{}-{name}", library.display());
        let mut gcc = Command::new("gcc");
        gcc.args(STRICT).arg(include()).args(sources).arg(&library).arg("-o").arg(&program);
        if self.shared {
            let folder = library.parent().expect("it is in a folder").display().to_string();
            gcc.arg(format!("-Wl,-rpath,{folder}"));
        } else if self.std {
            gcc.args(["-lpthread", "-ldl", "-lm"]);
        } else {
            gcc.arg("-Wl,--gc-sections");
        }
        must(&mut gcc);
        program
    }

    /// The library's file: built, if it is not up to date.
    pub(crate) fn built(&self) -> PathBuf {
        // Cargo would wait for itself anyway, and both kinds have one folder.
        static BUILDING: Mutex<()> = Mutex::new(());
        let _one_at_a_time = BUILDING.lock().expect("the other was built");
        let folder = target().join(if self.std { "std" } else { "bare" });
        let mut cargo = cargo();
        cargo.args(["rustc", "--locked", "-p", "sigtrip", "--target-dir"]).arg(&folder);
        cargo.args(["--crate-type", if self.shared { "cdylib" } else { "staticlib" }]);
        if self.std {
            cargo.args(["--features", "capi"]);
        } else {
            cargo.args(["--release", "--no-default-features", "--features", "panic-handler"]);
            cargo.env("CARGO_PROFILE_RELEASE_PANIC", "abort");
        }
        must(&mut cargo);
        let profile = if self.std { "debug" } else { "release" };
        folder.join(profile).join(if self.shared { "libsigtrip.so" } else { "libsigtrip.a" })
    }
}

fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(HERE);
    cargo
}

/// A folder of our own in cargo's.
fn target() -> PathBuf {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
    kept.parent().expect("it stands in the target directory").join("capi")
}

pub(crate) fn include() -> String {
    format!("-I{HERE}/../std-shim/include")
}

/// Whether there is a program of this name.
pub(crate) fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Runs a command that must succeed.
#[track_caller]
pub(crate) fn must(command: &mut Command) {
    let output = command.output().expect("it can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

/// The Rust program whose callbacks panic.
pub(crate) fn built_for_panics() -> String {
    let target = target();
    let main = target.parent().expect("it is in cargo's");
    let mut cargo = cargo();
    cargo.args(["build", "--locked", "-p", "sigtrip-tests", "--bin", "c_callbacks", "--features", "capi"]);
    must(cargo.arg("--target-dir").arg(main));
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("c_callbacks");
    fs::copy(main.join("debug/c_callbacks"), &kept).expect("it was built");
    kept.to_str().expect("a path in UTF-8").to_owned()
}

/// What is shown of the libraries themselves.
pub(crate) fn trials() -> Vec<Trial> {
    let shared = ALL.into_iter().filter(|library| library.shared);
    let of = |library: &'static Library| {
        [
            Trial::test(format!("{}::is_never_unloaded", library.name()), move || stays(library)),
            Trial::test(format!("{}::exports_what_the_header_declares", library.name()), move || {
                exports(library)
            }),
        ]
    };
    shared.flat_map(of).collect()
}

fn stays(library: &Library) -> Result<(), Failed> {
    let path = library.built();
    let program = format!("{}-unload", path.display());
    let mut gcc = Command::new("gcc");
    gcc.args(STRICT).arg(include()).arg(format!("{HERE}/c/unload.c"));
    must(gcc.args(["-o", &program, "-ldl"]));
    let ended = Program::start(&program, &[path.to_str().expect("a path in UTF-8")]).finish();
    ended.with_status(0);
    ended.with_lines(&["it is still there"]);
    Ok(())
}

fn exports(library: &Library) -> Result<(), Failed> {
    let file = fs::read(library.built())?;
    let object = object::File::parse(&*file)?;
    let mut exported: Vec<_> = object
        .dynamic_symbols()
        .filter(ObjectSymbol::is_definition)
        .filter_map(|symbol| Some(symbol.name().ok()?.to_owned()))
        .filter(|name| name.starts_with("sigtrip_"))
        .collect();
    exported.sort();
    let mut declared: Vec<_> = crate::header::declared().functions.into_keys().collect();
    declared.sort();
    assert_eq!(exported, declared);
    Ok(())
}

/// Compiles a file that must be without a warning, and nothing else.
#[track_caller]
pub(crate) fn checks(compiler: &str, arguments: &[&str], file: &Path) {
    let mut command = Command::new(compiler);
    command.args(arguments).args(["-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]);
    must(command.arg(include()).arg::<&OsStr>(file.as_ref()));
}
