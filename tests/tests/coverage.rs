//! Which lines of the core do its tests not run? Each is listed below with the reason, or this fails; so it does for a line
//! that is listed and run. Unit tests, properties and the test of the native atomics are counted; the examples of the
//! documentation, the models and the fuzzer come on top.
//!
//! ```text
//! cargo test -p sigtrip-tests --test coverage -- --ignored --nocapture
//! ```
//!
//! Lines are judged, regions only shown. Those of the core that are not run are three `?` in `dispatcher.rs`, behind a swap in
//! the table whose number was checked before.
//!
//! It needs the tools of the LLVM that rustc has: `llvm-profdata` and `llvm-cov` from rustup's component `llvm-tools`, or with
//! the version at the end of their names, as Debian has them. Without them it is skipped, and says so.

#[path = "coverage/lines.rs"]
mod lines;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use lines::{File, Line};

struct Uncovered {
    file: &'static str,
    /// The line as it stands there, without the blanks around it.
    line: &'static str,
    why: &'static str,
}

/// None is known.
const UNCOVERED: &[Uncovered] = &[];

#[test]
#[ignore = "compiles the core once more, with counters; .ci/run does it"]
fn every_line_of_the_core_is_run_or_explained() {
    let Some(tools) = Tools::find() else {
        println!("coverage: SKIPPED: there is no llvm-cov of rustc's version");
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let run = Run::of_the_core(root);
    let files = lines::read(&tools.export(&run), &root.join("core/src"));
    let broken = judge(&files);
    println!("{}", tools.regions(&run));
    let (run, all) = files.iter().fold((0, 0), |(run, all), file| (run + file.run(), all + file.lines.len()));
    println!("{run} of {all} lines of the core are run, {} explained", UNCOVERED.len());
    assert!(all > 100, "only {all} lines were counted");
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

/// Lines that are not run and not listed, and those that are listed in vain.
fn judge(files: &[File]) -> Vec<String> {
    let is =
        |listed: &Uncovered, file: &File, line: &Line| listed.file == file.name && listed.line == line.text;
    let mut broken = Vec::new();
    for file in files {
        println!("{:>4} of {:>4} lines: {}", file.run(), file.lines.len(), file.name);
        for line in file.lines.iter().filter(|line| line.times == 0) {
            if !UNCOVERED.iter().any(|listed| is(listed, file, line)) {
                broken.push(format!("{}:{}: not run: {}", file.name, line.number, line.text));
            }
        }
    }
    for listed in UNCOVERED {
        println!("{}: {}: {}", listed.file, listed.line, listed.why);
        let not_run = |file: &File| file.lines.iter().any(|line| line.times == 0 && is(listed, file, line));
        if !files.iter().any(not_run) {
            broken.push(format!(
                "{}: listed, and there is no such line that is not run: {}",
                listed.file, listed.line
            ));
        }
    }
    broken
}

/// The tests, compiled with counters and run.
struct Run {
    programs: Vec<PathBuf>,
    counts: PathBuf,
    sources: PathBuf,
}

impl Run {
    fn of_the_core(root: &Path) -> Self {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("coverage");
        let counts = target.join("counts");
        let _ = fs::remove_dir_all(&counts); // of the last time
        fs::create_dir_all(&counts).unwrap();
        let output = Command::new(env!("CARGO"))
            .args(["test", "-p", "sigtrip-core", "--lib", "--tests", "--locked"])
            .current_dir(root)
            .env("CARGO_TARGET_DIR", &target)
            .env("RUSTFLAGS", "-Cinstrument-coverage")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env("LLVM_PROFILE_FILE", counts.join("%p-%m.profraw"))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}");
        // `Running unittests src/lib.rs (target/debug/deps/sigtrip_core-0123)`
        let running = text.lines().filter(|line| line.trim_start().starts_with("Running "));
        let programs =
            running.filter_map(|line| Some(root.join(line.rsplit_once('(')?.1.trim_end_matches(')'))));
        Self { programs: programs.collect(), counts, sources: root.join("core/src") }
    }
}

struct Tools {
    profdata: PathBuf,
    cov: PathBuf,
}

impl Tools {
    fn find() -> Option<Self> {
        let version = output(Command::new("rustc").arg("-vV"));
        let field = |name| version.lines().find_map(|line: &str| line.strip_prefix(name));
        let (host, llvm) = (field("host: ")?, field("LLVM version: ")?);
        let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]));
        let inside = Path::new(sysroot.trim()).join("lib/rustlib").join(host).join("bin");
        let major = llvm.split('.').next()?;
        let found = |tool: &str| {
            let places = [inside.join(tool), PathBuf::from(format!("{tool}-{major}"))];
            places.into_iter().find(|place| Command::new(place).arg("--version").output().is_ok())
        };
        Some(Self { profdata: found("llvm-profdata")?, cov: found("llvm-cov")? })
    }

    fn command(&self, run: &Run, what: &[&str]) -> Command {
        let merged = run.counts.join("merged.profdata");
        if !merged.exists() {
            let counts = fs::read_dir(&run.counts).unwrap().map(|entry| entry.unwrap().path());
            output(Command::new(&self.profdata).args(["merge", "-sparse", "-o"]).arg(&merged).args(counts));
        }
        let mut command = Command::new(&self.cov);
        command.args(what).arg("--instr-profile").arg(merged);
        for program in &run.programs {
            command.arg("--object").arg(program);
        }
        command.arg("--sources").arg(&run.sources);
        command
    }

    /// Lines, as `lcov` has them.
    fn export(&self, run: &Run) -> String {
        output(&mut self.command(run, &["export", "--format=lcov"]))
    }

    /// A table with the regions too; here those of the unit tests that stand in a file are counted with it.
    fn regions(&self, run: &Run) -> String {
        output(&mut self.command(run, &["report", "--ignore-filename-regex=/tests"]))
    }
}

/// What it prints; it must not fail.
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
