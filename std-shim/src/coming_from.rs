//! Coming from `signal-hook`, `ctrlc`, `tokio::signal` or `async-signal`: each idiom of theirs, and the same here.
//!
//! Nothing of this needs a [`Session`](crate::Session). All of it lives together with those crates in one program, also for the same
//! signals: whoever comes second calls the first.
//!
//! What changes for a program that moves:
//!
//! - **The disposition comes back.** When nobody wants a signal any more, what stood there before is given back to the bit, if ours is
//!   still installed. There, the signal is swallowed for the rest of the process: after `ctrl_c().await` a second Ctrl-C does nothing;
//!   here it ends the program.
//! - **Errors, not panics**: SIGKILL, SIGSTOP and faults are an [`Error`](crate::Error).
//! - **Fork needs no care.** A child goes on with iterators of its own.
//! - **What is refused is counted**: records have room for so many, and the rest is told of.
//! - **Not for Windows**, where `ctrlc` and `tokio::signal` work.
//!
//! # From signal-hook
//!
//! A flag that a loop looks at. There:
//!
//! ```text
//! let stop = Arc::new(AtomicBool::new(false));
//! signal_hook::flag::register_conditional_shutdown(SIGTERM, 1, Arc::clone(&stop))?;
//! signal_hook::flag::register(SIGTERM, Arc::clone(&stop))?;
//! while !stop.load(Ordering::Relaxed) { ... }
//! ```
//!
//! Here (or [`shutdown_flag`](crate::shutdown_flag), in a session):
//!
//! ```
//! use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
//! use sigtrip::{Signal, hooks};
//!
//! let stop = Arc::new(AtomicBool::new(false));
//! hooks::conditional_shutdown(Signal::TERM, Arc::clone(&stop), 1)?;
//! hooks::set_flag(Signal::TERM, Arc::clone(&stop))?;
//! while !stop.load(Ordering::Relaxed) {
//!     // ...
//! #   break;
//! }
//! # Ok::<(), sigtrip::Error>(())
//! ```
//!
//! A thread that iterates, and is ended from elsewhere. There:
//!
//! ```text
//! let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGTERM])?;
//! let handle = signals.handle();
//! let thread = thread::spawn(move || {
//!     for signal in signals.forever() {
//!         match signal { SIGHUP => reload(), _ => break }
//!     }
//! });
//! handle.close();
//! ```
//!
//! Here. Each item is a `Result`: on the thread that owns a session handlers run while it waits, and one may fail.
//!
//! ```
//! use sigtrip::{Interrupt, Signal, Signals};
//! # fn reload() {}
//!
//! let signals = Signals::new([Signal::HUP, Signal::TERM])?;
//! let handle = signals.handle();
//! let thread = std::thread::spawn(move || {
//!     for signal in signals.forever() {
//!         match signal? {
//!             Signal::HUP => reload(),
//!             _ => break,
//!         }
//!     }
//!     Ok::<(), Interrupt>(())
//! });
//! handle.close();
//! thread.join().unwrap()?;
//! # Ok::<(), Interrupt>(())
//! ```
//!
//! `pending()` and `wait()` are called so here too, as are `handle.add_signal` and `handle.is_closed`; there is `remove_signal` besides.
//!
//! Who has sent it. There:
//!
//! ```text
//! let mut signals = SignalsInfo::<WithOrigin>::new([SIGTERM])?;
//! for origin in &mut signals { println!("{:?}", origin.process); }
//! ```
//!
//! Here:
//!
//! ```
//! use sigtrip::{Signal, Signals, raise_signal};
//!
//! let signals = Signals::with_records(Signal::TERM)?;
//! raise_signal(Signal::TERM)?;
//! for received in signals.wait()? {
//!     println!("{:?}", received.info().and_then(|info| info.pid()));
//! }
//! # Ok::<(), sigtrip::Interrupt>(())
//! ```
//!
//! Code in the handler, and its end. There:
//!
//! ```text
//! let id = unsafe { signal_hook::low_level::register(SIGUSR1, || COUNT.fetch_add(1, Relaxed))? };
//! signal_hook::low_level::unregister(id);
//! ```
//!
//! Here; or for this, safe, `hooks::count`. The closure is always given the record, as there with `register_sigaction`.
//!
//! ```
//! use std::sync::atomic::{AtomicUsize, Ordering};
//! use sigtrip::{Signal, register_hook, unregister_hook};
//!
//! static COUNT: AtomicUsize = AtomicUsize::new(0);
//!
//! // SAFETY: an atomic addition is async-signal-safe.
//! let id = unsafe { register_hook(Signal::USR1, |_| { COUNT.fetch_add(1, Ordering::Relaxed); })? };
//! unregister_hook(id); // waits until nobody runs it; the disposition is given back
//! # Ok::<(), sigtrip::Error>(())
//! ```
//!
//! A pipe for one's own event loop, and what a signal does by default. There:
//!
//! ```text
//! signal_hook::low_level::pipe::register(SIGUSR1, writer)?;
//! signal_hook::low_level::emulate_default_handler(SIGTSTP)?;
//! ```
//!
//! Here; or [`Signals::readiness`](crate::Signals::readiness), which is never full.
//!
//! ```no_run
//! use sigtrip::{Signal, hooks};
//!
//! let (reader, writer) = std::os::unix::net::UnixStream::pair()?;
//! writer.set_nonblocking(true)?;
//! hooks::write_to(Signal::USR1, writer)?;
//! hooks::emulate_default(Signal::TSTP)?; // it stops here
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # From ctrlc
//!
//! There:
//!
//! ```text
//! ctrlc::set_handler(move || stop.send(()).unwrap())?; // on a thread of its own, for ever
//! ```
//!
//! Here, with which signal it was, and as many as one likes; `Signals::new([INT, TERM, HUP])` is its feature `termination`.
//!
//! ```
//! use sigtrip::{Signal, Signals, raise_signal};
//!
//! let (stop, stopped) = std::sync::mpsc::channel();
//! let signals = Signals::new([Signal::INT, Signal::TERM])?;
//! std::thread::spawn(move || {
//!     for signal in signals.forever().flatten() {
//!         stop.send(signal).unwrap();
//!     }
//! });
//! raise_signal(Signal::INT)?;
//! assert_eq!(stopped.recv(), Ok(Signal::INT));
//! # Ok::<(), sigtrip::Interrupt>(())
//! ```
//!
//! Its `try_set_handler` refuses where somebody has a handler already; here one asks:
//!
//! ```
//! use sigtrip::{KernelDisposition, Signal, kernel_disposition};
//!
//! assert_eq!(kernel_disposition(Signal::INT)?, KernelDisposition::Default);
//! # Ok::<(), sigtrip::Error>(())
//! ```
//!
//! A program that only wants to end well at Ctrl-C needs none of this, but [`run`](fn@crate::run).
//!
//! # From `tokio::signal`
//!
//! There:
//!
//! ```text
//! tokio::select! {
//!     _ = server => {}
//!     _ = tokio::signal::ctrl_c() => {}
//! }
//! let mut hangups = tokio::signal::unix::signal(SignalKind::hangup())?;
//! while hangups.recv().await.is_some() { reload(); }
//! ```
//!
//! Here, in tokio or in any other runtime; a stream may be of several signals:
//!
//! ```
//! # use std::future::pending;
//! use sigtrip::{Signal, SignalStream, ctrl_c, first_of, raise_signal};
//! # fn reload() {}
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let interrupted = ctrl_c(); // received from here on
//! # raise_signal(Signal::INT)?;
//! # let server = pending::<()>();
//! tokio::select! {
//!     _ = server => {}
//!     signal = interrupted => println!("{}", signal?),
//! }
//! let mut hangups = SignalStream::new(Signal::HUP)?;
//! # raise_signal(Signal::HUP)?;
//! # hangups.handle().close();
//! while let Some(_) = hangups.recv().await {
//!     reload();
//! }
//! // And what a container sends:
//! let asked_to_end = first_of([Signal::INT, Signal::TERM]);
//! # raise_signal(Signal::TERM)?;
//! asked_to_end.await?;
//! # Ok::<(), sigtrip::Interrupt>(())
//! # })?;
//! # Ok::<(), sigtrip::Interrupt>(())
//! ```
//!
//! The signal driver of a runtime is not needed for it. Tasks are woken by a thread of this library's own, one for all; without it, by the
//! reactor, with [`Signals::readiness`](crate::Signals::readiness) in an `AsyncFd`. Of a child of fork tokio says that its signals may go astray; these do not.
//!
//! # From async-signal
//!
//! There:
//!
//! ```text
//! let mut signals = async_signal::Signals::new([Signal::Term, Signal::Int])?;
//! while let Some(signal) = signals.next().await { println!("{:?}", signal?); }
//! signals.add_signals([Signal::Hup])?;
//! ```
//!
//! Here. No signal is lost because another one is noisy, and no item is an error.
//!
//! ```
//! use futures_lite::StreamExt;
//! use sigtrip::{Signal, SignalStream, raise_signal};
//!
//! # futures_lite::future::block_on(async {
//! let mut signals = SignalStream::new([Signal::TERM, Signal::INT])?;
//! signals.handle().add_signal(Signal::HUP)?;
//! # raise_signal(Signal::HUP)?;
//! # signals.handle().close();
//! while let Some(signal) = signals.next().await {
//!     println!("{signal}");
//! }
//! # Ok::<(), sigtrip::Interrupt>(())
//! # })?;
//! # Ok::<(), sigtrip::Interrupt>(())
//! ```
//!
//! # What any of them has
//!
//! Eighteen systems were compared, from these crates over `nix` and `mio-signals` to CPython, Go, libuv and init programs. Each row is
//! something that at least one has or should have, with the test that shows it here (a scenario, or a file and its test).
//!
//! | what | here |
//! |---|---|
//! | works without std | `std-shim/tests/without_std.rs::a_function_is_a_handler` |
//! | no heap at all | `signal_context::nothing_is_allocated_by_a_delivery` |
//! | handler itself does only async-signal-safe things | `tests/tests/tidy.rs::signal_context_names_nothing_that_it_may_not_use` |
//! | errno saved and restored | `chains::errno_is_kept_by_hooks_and_by_those_before_them` |
//! | handler free of locks and unbounded waits | `tests/tests/tidy.rs::signal_context_names_nothing_that_it_may_not_use` |
//! | handlers added/removed at run time | `stress::handlers_flipped_while_other_threads_send` |
//! | may register from inside a handler/action | `handlers::one_may_replace_itself` |
//! | one noisy signal cannot lose another | `streams::a_noisy_signal_costs_no_other` |
//! | can count n arrivals | `ready_hooks::a_flag_a_number_and_a_count` |
//! | drain runs on one chosen thread at safe points | `handlers::a_handler_runs_only_at_a_safe_point` |
//! | rest still delivered if a handler fails | `handlers::one_that_fails_leaves_the_others_pending` |
//! | nested delivery of a different signal | `handlers::they_nest` |
//! | set `SIG_IGN` / `SIG_DFL` safely | `dispositions::the_earlier_disposition_comes_back_from_each_call` |
//! | unregister | `iterators::a_signal_is_removed` |
//! | puts the exact earlier disposition back | `iterators::the_last_one_gives_the_disposition_back` |
//! | honours an inherited `SIG_IGN` | `dispositions::python_start_up_keeps_what_is_ignored` |
//! | chains to the previous handler | `chains::a_foreign_handler_is_called_first` |
//! | chaining can be turned off | `chains::chaining_can_be_turned_off` |
//! | notices a foreign handler taking over | `chains::who_has_a_signal` |
//! | emulates the default action | `ready_hooks::the_default_of_what_stops` |
//! | right as PID 1 | `ready_hooks::the_default_as_pid_1` |
//! | refuses KILL/STOP and faults | `iterators::what_can_not_be_received` |
//! | tells a real fault from a sent one | `chains::a_real_fault_goes_on_to_std` |
//! | `SA_ONSTACK` | `dispositions::our_flags_and_mask` |
//! | alternate stack provided | no, because std gives each of its threads one, and displacing another's is worse than none |
//! | `SA_RESTART` selectable | `restart::a_read_starts_again` |
//! | handler mask selectable | `masks::a_handler_may_change_the_mask` |
//! | siginfo handed to user | `hooks::hooks_run_in_order_with_the_record` |
//! | sender (pid/uid) decoded | `recorded_iterators::the_sender_is_named` |
//! | real-time signals | `iterators::what_is_pending_comes_ascending_and_once` |
//! | RT queueing with values kept | `recorded_iterators::each_delivery_with_its_value_in_order` |
//! | names, and names to numbers | `std-shim/src/signal/parse.rs::every_name_is_read_back` |
//! | wake-up fd | `wakeups::a_byte_for_each_delivery` |
//! | several wake-up fds | `ready_hooks::a_byte_is_written` |
//! | iterator / blocking receive | `iterators::a_wait_ends_for_a_signal` |
//! | race-free wait (sigsuspend / ppoll / pipe) | `waits::pause_ends_for_a_signal_that_came_just_before` |
//! | sigwait / sigwaitinfo / sigtimedwait | `sigwaits::what_is_known_of_a_signal_is_told` |
//! | thread mask API | `masks::each_way_gives_the_mask_before` |
//! | mask guard that undoes itself | `masks::a_guard_gives_back_the_exact_mask` |
//! | async stream | `streams::a_stream_with_any_executor` |
//! | mio / tokio / other adapters | `streams::readiness_in_mio` |
//! | signalfd or kqueue backend | no, because its mask is each thread's and every child's: one thread that does not block loses the signal to it |
//! | pidfd | `sending::a_process_by_descriptor` |
//! | timers (alarm, setitimer) | `timers::the_real_timer_ticks` |
//! | send to one thread | `sending::a_thread_receives_it_alone` |
//! | interrupts the main thread's blocking call | `wakeups::a_kick_ends_a_foreign_call` |
//! | fork handled | `iterator_storms::a_child_neither_wakes_nor_quiets_its_parent` |
//! | vfork / `posix_spawn` window closed | `children::before_exec_gives_back_what_is_ignored` |
//! | Windows | no, because it has no signals; `ctrlc` has the one that it has |
//! | linkable from C / other runtimes | `tests/tests/capi.rs::scenario` |
//! | static program under 50 KB possible | `tests/tests/minimal.rs::each_program_is_as_small_as_is_said` |
//! | double Ctrl-C / conditional shutdown | `ready_hooks::the_second_time_kills` |
//! | model-checked core (loom, shuttle, kani) | `core/tests/loom/trip.rs::a_trip_is_dispatched_once_and_its_data_is_seen` |
//! | fuzzed dispatch | `fuzz/fuzz_targets/dispatch.rs` |
//! | handler injected at every instruction | `core/src/dispatcher/tests/reentrancy.rs::one_or_two_trips_at_any_steps_of_a_pass_are_handled` |
//! | storm / stress test | `iterator_storms::several_iterators_each_on_a_thread_of_its_own` |
