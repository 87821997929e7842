//! The critical sections of `sigtrip`, and those of `critical-section` itself, in programs with signals.
//!
//! A program has one implementation, so that the cases are built twice, by cargo: over ours each of them holds, and over the
//! crate's own for std the first does not.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use sigtrip_tests::{Ended, Program};

/// Both are built under one name.
static BUILDING: Mutex<()> = Mutex::new(());

fn built_over(feature: &str) -> PathBuf {
    let _one_at_a_time = BUILDING.lock().expect("the other was built");
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let target = kept.parent().expect("it stands in the target directory");
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--locked",
            "-p",
            "sigtrip-tests",
            "--bin",
            "critical_sections",
            "--features",
            feature,
        ])
        .arg("--target-dir")
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo can be started");
    assert!(status.success(), "it does not compile over {feature}");
    let program = kept.join(feature);
    fs::copy(target.join("debug/critical_sections"), &program).expect("it was built");
    program
}

fn run(program: &Path, case: &str) -> Ended {
    Program::start(program.to_str().expect("a path in UTF-8"), &[case]).finish()
}

#[test]
fn ours_hold() {
    let program = built_over("sections-of-sigtrip");
    let cases = run(&program, "--list").lines;
    assert_eq!(cases.len(), 9);
    for case in cases {
        run(&program, &case).with_status(0);
    }
}

#[test]
fn those_of_std_let_a_signal_handler_in() {
    let ended = run(&built_over("sections-of-std"), "interrupted");
    assert_eq!(ended.count("the handler was let into the section"), 1, "{ended:#?}");
    assert!(!ended.status.success());
}

/// The example for embassy, which is built over ours.
#[test]
fn a_channel_of_embassys_is_driven_by_signals() {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--locked", "-q", "-p", "sigtrip", "--features", "critical-section-impl"])
        .args(["--example", "embassy_channel"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.starts_with("5000 events received, in order: true; refused: "), "{said}");
}
