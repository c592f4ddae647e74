"""Debian's Swift on the loopback, all servers from one Python that has read the modules once: what makes it start fast.

Told on standard input, a line each: first the settings as JSON, then "start" and "stop". Answers each with "done" or
"failed <why>". At the end of the input, which is also the end of the test process, it ends its servers and removes the
directory.
"""
import ctypes
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time

SERVERS = ('account', 'container', 'object', 'proxy')
PATIENCE_SECONDS = 30
PR_SET_PDEATHSIG = 1

settings = json.loads(sys.stdin.readline())
directory, ports = settings['directory'], settings['ports']

# Swift reads the place of this file from a constant, and other modules read the file as soon as they are imported.
import swift.common.utils
swift.common.utils.SWIFT_CONF_FILE = directory + '/swift.conf'
# Each server would do it by itself, after a search of all objects that takes longer than all the rest of its start.
swift.common.utils.eventlet_monkey_patch()

import eventlet.patcher
import conf

conf.write(directory, ports, settings['users'], pwd.getpwuid(os.geteuid()).pw_name)

import swift.account.server
import swift.common.ring.builder
import swift.common.wsgi
import swift.container.server
import swift.obj.server
import swift.proxy.server

# This process waits in no green thread, and its servers must not inherit one.
socket = eventlet.patcher.original('socket')
running = {}
libc = ctypes.CDLL(None)


def die_with_parent():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def make_ring(kind):
    builder = swift.common.ring.builder.RingBuilder(4, 1, 0)
    builder.add_dev({'id': 0, 'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': ports[kind],
                     'device': 'd1', 'weight': 1, 'replication_ip': '127.0.0.1', 'replication_port': ports[kind]})
    builder.rebalance()
    builder.get_ring().save('%s/%s.ring.gz' % (directory, kind))


def fork_server(kind):
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        die_with_parent()
        quiet = os.open(os.devnull, os.O_RDWR)
        log = os.open('%s/%s.log' % (directory, kind), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for stream, target in ((0, quiet), (1, log), (2, log)):
            os.dup2(target, stream)
        status = swift.common.wsgi.run_wsgi('%s/%s.conf' % (directory, kind), kind + '-server', verbose=True)
    finally:
        os._exit(status or 0)


def spawn_memcached():
    command = ['memcached', '-l', '127.0.0.1', '-p', str(ports['memcached']), '-m', '32']
    if os.geteuid() == 0:
        command += ['-u', 'root']
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
    return child.pid


def await_port(kind, end):
    while True:
        try:
            socket.create_connection(('127.0.0.1', ports[kind]), 1).close()
            return
        except OSError:
            pass
        if os.waitpid(running[kind], os.WNOHANG)[0]:
            del running[kind]
            raise RuntimeError('the %s server ended: %s' % (kind, last_words(kind)))
        if time.monotonic() > end:
            raise RuntimeError('the %s server does not listen: %s' % (kind, last_words(kind)))
        time.sleep(0.01)


def last_words(kind):
    try:
        with open('%s/%s.log' % (directory, kind)) as log:
            return ' '.join(log.read()[-2000:].split())
    except OSError:
        return 'no log'


def start():
    end = time.monotonic() + PATIENCE_SECONDS
    if running:
        return
    running['memcached'] = spawn_memcached()
    for kind in SERVERS:
        running[kind] = fork_server(kind)
    for kind in list(running):
        await_port(kind, end)


def stop():
    for pid in running.values():
        os.kill(pid, signal.SIGKILL)
    for pid in running.values():
        os.waitpid(pid, 0)
    running.clear()


for kind in ('account', 'container', 'object'):
    make_ring(kind)
# Ctrl-C in a terminal goes to the whole group, and the end of the input follows.
signal.signal(signal.SIGINT, signal.SIG_IGN)
for line in sys.stdin:
    try:
        {'start': start, 'stop': stop}[line.strip()]()
        answer = 'done'
    except Exception as error:
        stop()
        answer = 'failed ' + str(error)
    try:
        print(answer, flush=True)
    except OSError:
        break
stop()
shutil.rmtree(directory, ignore_errors=True)
