"""What asks the program to end, and how urgently."""

from __future__ import annotations

import signal
import sys
import threading

import pytest

from fidelity.apart.stopping import DROPPING, FINISHING, Stopped, listening

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.mark.parametrize(
    ("signals", "level"),
    [
        pytest.param([], 0, id="nothing"),
        pytest.param([signal.SIGINT], FINISHING, id="Ctrl-C finishes"),
        pytest.param([signal.SIGINT, signal.SIGINT], DROPPING, id="Ctrl-C twice drops"),
        pytest.param([signal.SIGTERM], DROPPING, id="SIGTERM drops"),
        pytest.param([signal.SIGHUP], DROPPING, id="a terminal that closes drops"),
        pytest.param([signal.SIGINT, signal.SIGTERM], DROPPING, id="SIGTERM after Ctrl-C drops"),
    ],
)
def test_while_there_is_something_to_lose_requests_are_noted(signals, level, capfd):
    with listening() as stopping:
        stopping.patient = True
        for signum in signals:
            signal.raise_signal(signum)
        assert stopping() == level
        if signals:
            with pytest.raises(Stopped) as caught:
                stopping.raise_if_asked()
            assert caught.value.signum == signals[0]
        else:
            stopping.raise_if_asked()
    assert ("Ctrl-C again drops them" in capfd.readouterr().err) == (signals[:1] == [signal.SIGINT])


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_while_there_is_nothing_to_lose_they_end_it_at_once(signum):
    with pytest.raises(Stopped) as caught, listening():
        signal.raise_signal(signum)
    assert caught.value.signum == signum
    assert isinstance(caught.value, KeyboardInterrupt)


def test_handlers_are_put_back_and_those_of_an_embedding_program_are_left_alone():
    mine = signal.signal(signal.SIGTERM, signal.SIG_IGN)  # as nohup ignores SIGHUP
    try:
        with listening() as stopping:
            signal.raise_signal(signal.SIGTERM)
            assert stopping() == 0
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGTERM, mine)


def test_elsewhere_than_in_the_main_thread_there_is_nothing_to_hear():
    levels = []

    def work():
        with listening() as stopping:
            levels.append(stopping())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert levels == [0]
