/* native_worker: the program that runs subjects of native libraries: one that payoff carries (main.c
 * beside this), and `payoff worker native`.
 *
 * It speaks the worker protocol (PROTOCOL.md) over the descriptors that the environment names, and
 * starts no Lua. */
#ifndef PAYOFF_WORKERS_NATIVE_NATIVE_WORKER_H
#define PAYOFF_WORKERS_NATIVE_NATIVE_WORKER_H

/* argv[0] is "native"; there are no arguments. Returns the exit status: 0 after `leave` or the end
 * of the command pipe, EX_USAGE (with a message on stderr) when it was not started by payoff, and
 * EX_IOERR when a pipe broke. */
int native_worker_main(int argc, char **argv);

#endif
