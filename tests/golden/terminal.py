"""Runs a program on a terminal of its own and does there what the first argument says, in Python:
say(PROMPT, TEXT) waits for the prompt and types; send(SIGNAL); end(CODE) and killed(SIGNAL) wait for that,
and see that the terminal echoes again. What was on the screen goes to standard output.
"""
import os
import pty
import select
import signal
import sys
import termios
import time

LIMIT = 60
screen = b""
seen = 0
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])


def look(seconds):
    global screen
    ready, _, _ = select.select([terminal], [], [], seconds)
    if not ready:
        return True
    try:
        piece = os.read(terminal, 65536)
    except OSError:  # nobody has it open any more
        return False
    screen += piece
    return bool(piece)


def fail(text):
    sys.stdout.buffer.write(screen)
    print("\n#", text)
    os.kill(pid, signal.SIGKILL)
    sys.exit(1)


def echoes():
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def say(prompt, text):
    global seen
    until = time.monotonic() + LIMIT
    while prompt.encode() not in screen[seen:]:
        if time.monotonic() > until or not look(1):
            fail("no prompt: " + prompt)
    seen = screen.index(prompt.encode(), seen) + len(prompt)
    if echoes():
        fail("the terminal echoes")
    os.write(terminal, text.encode())


def send(number):
    os.kill(pid, number)


def wait_for(is_it, what):
    until = time.monotonic() + LIMIT
    while True:
        got, status = os.waitpid(pid, os.WNOHANG)
        if got:
            break
        if time.monotonic() > until:
            fail("not " + what)
        look(0.02)
    while select.select([terminal], [], [], 0)[0] and look(0):
        pass
    if not is_it(status):
        fail("not %s but %d" % (what, status))
    if not echoes():
        fail("the terminal does not echo any more")


def end(code):
    wait_for(lambda s: os.WIFEXITED(s) and os.WEXITSTATUS(s) == code, "exit %d" % code)


def killed(number):
    wait_for(lambda s: os.WIFSIGNALED(s) and os.WTERMSIG(s) == number, "signal %d" % number)


exec(sys.argv[1])
sys.stdout.buffer.write(screen)
