"""Runs one case of events.txt on CPython's own signal module and prints its log.

usage: events.py EVENTS CASE
"""

import math
import os
import select
import signal
import sys
import threading
import time

handlers = {}
wakeup = None
depths = {}
written = False


def log(text):
    print(text, flush=True)


def number(name):
    return int(name) if name.lstrip("-").isdigit() else getattr(signal, "SIG" + name)


def numbers(names):
    return [number(name) for name in names]


def told(signals):
    return "{" + " ".join(str(int(s)) for s in sorted(signals)) + "}"


def disposition(handler):
    if handler is None:
        return "None"
    if handler == signal.SIG_DFL:
        return "SIG_DFL"
    if handler == signal.SIG_IGN:
        return "SIG_IGN"
    return handler.__name__


def define(name, steps):
    def handler(signum, frame):
        log(f"{name}({int(signum)})")
        for step in steps:
            run(step)

    handler.__name__ = name
    handlers[name] = handler


def timer(name):
    return {"real": signal.ITIMER_REAL, "virtual": signal.ITIMER_VIRTUAL, "prof": signal.ITIMER_PROF}[name]


def setting(values):
    # What is left is told in whole seconds, rounded up: the clock goes on.
    return f"{math.ceil(values[0])} {values[1]:g}"


def failed(error):
    """An exception as the log has it."""
    if isinstance(error, KeyboardInterrupt):
        return "KeyboardInterrupt"
    if isinstance(error, OSError):
        return f"errno {error.errno}"
    if isinstance(error, ValueError):
        return "out of range"
    return str(error)


def attempt(steps):
    try:
        run(steps)
        log("no failure")
    except BaseException as error:
        log("caught " + failed(error))


def read(name):
    """A timer fires while a read blocks; a byte comes much later. `when` tells which a handler saw first."""
    reader, writer = os.pipe()

    def write():
        global written
        written = True
        os.write(writer, b"x")

    late = threading.Timer(0.5, write)
    signal.pthread_sigmask(signal.SIG_BLOCK, [number(name)])
    late.start()  # this thread is not to receive it
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [number(name)])
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    os.read(reader, 1)
    log("read")
    late.join()


def fork(steps):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(writer, 1)
        os.close(writer)
        for step in steps:
            run(step)
        os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    with os.fdopen(reader) as lines:
        for line in lines:
            log("child " + line.rstrip("\n"))


def run(step):
    global wakeup
    op, *args = step.split()
    rest = step[len(op):].strip()
    if op == "log":
        log(rest)
    elif op == "fail":
        raise RuntimeError(rest)
    elif op == "try":
        attempt(rest)
    elif op == "when":
        log("after the byte" if written else "before the byte")
    elif op == "depth":
        done = depths.get(rest, 0)
        if done < int(args[0]):
            depths[rest] = done + 1
            run(" ".join(args[1:]))
    elif op == "on":
        signal.signal(number(args[0]), handlers[args[1]])
    elif op == "dfl":
        signal.signal(number(args[0]), signal.SIG_DFL)
    elif op == "ign":
        signal.signal(number(args[0]), signal.SIG_IGN)
    elif op == "get":
        log(f"{args[0]} is {disposition(signal.getsignal(number(args[0])))}")
    elif op == "raise":
        signal.raise_signal(number(args[0]))
    elif op == "kill":
        os.kill(os.getpid(), number(args[0]))
    elif op == "killnobody":
        os.kill(1 << 22, 0)
    elif op in ("block", "unblock", "setmask"):
        how = {"block": signal.SIG_BLOCK, "unblock": signal.SIG_UNBLOCK, "setmask": signal.SIG_SETMASK}[op]
        log("was " + told(signal.pthread_sigmask(how, numbers(args))))
    elif op == "pending":
        log("pending " + told(signal.sigpending()))
    elif op == "sigwait":
        log(f"accepted {int(signal.sigwait(numbers(args)))}")
    elif op == "sigwaitinfo":
        info = signal.sigwaitinfo(numbers(args))
        log(f"accepted {info.si_signo} code {info.si_code} from me {info.si_pid == os.getpid()} {info.si_uid == os.getuid()}")
    elif op == "sigtimedwait":
        info = signal.sigtimedwait(numbers(args[1:]), float(args[0]))
        log("nothing" if info is None else f"accepted {info.si_signo}")
    elif op == "alarm":
        log(f"left {signal.alarm(int(args[0]))}")
    elif op == "setitimer":
        log("left " + setting(signal.setitimer(timer(args[0]), float(args[1]), float(args[2]))))
    elif op == "getitimer":
        log("left " + setting(signal.getitimer(timer(args[0]))))
    elif op == "pause":
        signal.pause()
    elif op == "sleep":
        start = time.monotonic()
        time.sleep(float(args[0]))
        log(f"in full {time.monotonic() - start >= float(args[0])}")
    elif op == "siginterrupt":
        signal.siginterrupt(number(args[0]), bool(int(args[1])))
    elif op == "read":
        read(args[0])
    elif op == "wakeup":
        if args[0] == "on":
            wakeup = os.pipe()
            os.set_blocking(wakeup[1], False)
            signal.set_wakeup_fd(wakeup[1])
        else:
            signal.set_wakeup_fd(-1)
    elif op == "bytes":
        ready = wakeup and select.select([wakeup[0]], [], [], 0)[0]
        log("bytes " + str(list(os.read(wakeup[0], 100)) if ready else []))
    elif op == "fork":
        fork([part.strip() for part in rest.split(";")])
    elif op == "strsignal":
        log(f"text {signal.strsignal(number(args[0]))}")
    elif op == "valid":
        log("valid " + told(signal.valid_signals()))
    else:
        raise SystemExit(f"no such step: {step}")


def main(path, wanted):
    with open(path) as lines:
        inside = False
        for line in (line.rstrip("\n") for line in lines):
            if line.startswith("case "):
                inside = line[len("case "):] == wanted
            elif inside and line.startswith("def "):
                _, name, rest = line.split(" ", 2)
                define(name, [part.strip() for part in rest.split(";")])
            elif inside and line and not line.startswith("#"):
                run(line)


try:
    main(*sys.argv[1:])
except RuntimeError as error:
    log("ended by " + str(error))
