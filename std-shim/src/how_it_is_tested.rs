//! How it is tested: what would fail if a guarantee did not hold, and the command that runs it.
//!
//! A guarantee that no such check stands behind is only a wish. The commands are for a checkout of the repository; `bash .ci/run` runs
//! nearly all of them, installs what they need, and names what it had to leave out.
//!
//! # The guarantees
//!
//! | | guarantee | held by |
//! |---|---|---|
//! | G1 | no signal is lost | models, mutants, stepper, fuzzer, storms, firmware |
//! | G2 | signal context is safe at every instruction | audit, small programs, stepper, budget, `tidy`, sanitizers |
//! | G3 | nothing is dropped in silence | models and fuzzer of the ring; stepper; scenarios `records`, `recorded_iterators`, `back_pressure`, `doors` |
//! | G4 | a failing handler strands nobody | models, stepper, fuzzer, storms `failing` |
//! | G5 | the disposition is given back exactly | stepper, fuzzer `hooks`, scenarios `dispositions` and `hooks`, every storm |
//! | G6 | fork, exec and threads are safe without a call | stepper, scenarios `forks`, storms `forks` and `spawns`, ThreadSanitizer |
//! | G7 | fixed memory | audit (nothing is allocated), `cargo tree`, the firmware's sizes |
//! | G8 | a deferred fault can not hang the program | program ends, storms `faults` |
//!
//! # The checks
//!
//! | check | what it does | command |
//! |---|---|---|
//! | models | the core under loom: every interleaving of two threads, and of three where that ends | `RUSTFLAGS="--cfg sigtrip_loom" cargo test -p sigtrip-core --release --test loom --target-dir target/loom -- --nocapture` |
//! | mutants | each ordering weakened, each read-modify-write split, each pair swapped: loom must catch it | `cargo test -p sigtrip-tests --test loom_mutants -- --ignored --nocapture` |
//! | stepper | a signal before every instruction of every public operation; on short ones two, also nested | `cargo test -p sigtrip-tests --release --test step -- --ignored` |
//! | fuzzer | the core's parts, the parser, hooks and iterators against naive oracles, with signals between any two atomic steps of the core | `cargo +nightly fuzz run dispatch` |
//! | properties | set algebra against `BTreeSet`, for 1, 2, 4 and 8 words | `cargo test -p sigtrip-core --test set` |
//! | coverage | the lines of the core that its tests run: a line that is not run must be explained | `cargo test -p sigtrip-tests --test coverage -- --ignored --nocapture` |
//! | mutation | one operator, condition or body of the core changed after the other: a test must fail | `cargo mutants -p sigtrip-core -j 1` |
//! | audit | the optimised program is read: what signal context can reach, its loops, calls, stack; its system calls are watched | `cargo test -p sigtrip-tests --release --test signal_context -- --nocapture` |
//! | budget | instructions, locked ones and system calls of each operation, counted one by one | `cargo test -p sigtrip-tests --release --test budget -- --nocapture` |
//! | `tidy` | the house's rules as tests: floors, what signal context may name, a reason above each ordering, where `unsafe` may be | `cargo test -p sigtrip-tests --test tidy` |
//! | scenarios | small programs that check themselves, each a process of its own | `cargo test -p sigtrip-tests --test scenarios` |
//! | storms | what was sent, handled, lost and leaked, for as long as one likes | `SIGTRIP_STORM_SECONDS=60 cargo test -p sigtrip-tests --test storms -- --ignored --nocapture` |
//! | program ends | death by signal, exit statuses, real faults, stack overflow, PID 1 | `cargo test -p sigtrip-tests --test ends` |
//! | CPython | the same scripts of events here and there, and the logs compared | `cargo test -p sigtrip-tests --test cpython` |
//! | ThreadSanitizer | the scenarios, with std instrumented too; nothing is suppressed | `.ci/sanitize thread` |
//! | AddressSanitizer | the scenarios, and what they leak | `.ci/sanitize address` |
//! | critical sections | ours, and those of `critical-section` itself, which let a signal handler in | `cargo test -p sigtrip-tests --test critical_sections` |
//! | C interface | scenarios and examples in C against four libraries, with std and without, static and shared; the header against the sources; what runs in signal context, read | `cargo test -p sigtrip-tests --test capi` |
//! | small programs | their sizes, linked in five ways, beside the same by hand; no trampoline can panic without std, read from one compiled for its size | `cargo test -p sigtrip-tests --test minimal -- --nocapture` |
//! | init | ours, with glibc and musl, as a process and as PID 1, beside tini and dumb-init | `cargo test -p sigtrip-tests --test init` |
//! | firmware | a storm of interrupts on an emulated Cortex-M0 and Cortex-M3; with a broken take or sleep it must lose some | `bash .ci/other-targets firmware` |
//! | other systems | the shim compiled for macOS, FreeBSD, NetBSD and OpenBSD, with warnings denied; nothing of it was ever run there | `bash .ci/other-targets check-only` |
//! | POSIX layer | what macOS's system layer shares with every Unix, run on Linux in its place: the unit tests and the scenarios | `bash .ci/run all` |
//! | other processors | the tests of core and shim for aarch64, s390x, mips64 and i686 | `bash .ci/other-targets cross aarch64-unknown-linux-gnu` |
//!
//! # How the checks are checked
//!
//! A check that can not fail shows nothing. So the mutants must all be caught, and no ordering of the core may be without one; the stepper
//! must find fourteen operations that are broken on purpose; the audit must report ten bad trampolines, each for its own
//! reason; the sanitizers must report planted mistakes; the firmware must lose interrupts when its take is a load and a store.
//!
//! # What is not shown
//!
//! - Loom has threads and no signal that interrupts its own thread; the stepper and the tests between atomic steps have one thread.
//!   What needs both at once is left to the scenarios and the storms.
//! - Back-pressure was run on x86-64 and i686; on 64-bit Arm where a frame has its mask is libc's word.
//! - The stepper is for x86-64. Other processors were emulated, and a big-endian one among them; no weakly ordered one was run on real hardware.
//! - Nothing was run on macOS or a BSD. The sleep by pipes, which these have in place of the futex, has no model.
//! - Miri is run where the toolchain has it; it was not to be had where this was written.
