//! Code that was written for interrupts, run on a host: a driver whose interrupt routine sends into a channel of embassy's, and a
//! task that receives from it. Here the interrupt is a timer's signal, and the routine a hook.
//!
//!     cargo run -p sigtrip --example embassy_channel --features critical-section-impl
//!
//! The channel is guarded by critical sections: on a microcontroller the interrupts are disabled, here the signals are blocked. With the
//! implementation for std that the crate `critical-section` has of its own, a signal that comes in the midst of one is let in, and finds the
//! channel half changed.

#![allow(unsafe_code)] // to register a hook

use std::{
    pin::pin,
    sync::atomic::{AtomicU32, Ordering},
    task::{Context, Poll, Waker},
    time::Duration,
};

use embassy_sync::{blocking_mutex::raw::CriticalSectionRawMutex, channel::Channel};
use sigtrip::{Interrupt, Signal, Timer, on, register_hook, run, setitimer};

static EVENTS: Channel<CriticalSectionRawMutex, u32, 64> = Channel::new();
static SENT: AtomicU32 = AtomicU32::new(0);
static REFUSED: AtomicU32 = AtomicU32::new(0);

/// The driver's interrupt routine.
fn on_interrupt() {
    if EVENTS.try_send(SENT.load(Ordering::Relaxed)).is_ok() {
        SENT.fetch_add(1, Ordering::Relaxed);
    } else {
        REFUSED.fetch_add(1, Ordering::Relaxed);
    }
}

/// The driver's task: that many events, which must come in order.
async fn receive(count: u32) -> bool {
    for expected in 0..count {
        if EVENTS.receive().await != expected {
            return false;
        }
    }
    true
}

/// The smallest executor. Where a microcontroller waits for an interrupt, this waits for a signal: one that comes between
/// the poll and the pause ends the pause.
fn block_on<F: Future>(future: F) -> Result<F::Output, Interrupt> {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Ok(output);
        }
        sigtrip::pause()?;
    }
}

fn main() -> std::process::ExitCode {
    run(|| {
        // SAFETY: a critical section of ours is async-signal-safe, and so is what the channel does inside; its waker does nothing.
        unsafe { register_hook(Signal::ALRM, |_| on_interrupt()) }?;
        on(Signal::ALRM, |_| ())?; // so that it ends the pause
        let often = Duration::from_micros(100);
        setitimer(Timer::Real, often, often)?;
        let in_order = block_on(receive(5000))?;
        setitimer(Timer::Real, Duration::ZERO, Duration::ZERO)?;
        println!("5000 events received, in order: {in_order}; refused: {}", REFUSED.load(Ordering::Relaxed));
        if in_order { Ok(()) } else { Err(Interrupt::exit(1)) }
    })
}
