/* protocol: commands and replies of PROTOCOL.md as JSON, over a channel.
 *
 * payoff's side. Every reply that breaks the protocol is one status with one reason:
 *
 *   STATUS_DATA     it is no JSON object, has another id, no "ok", no usable "error", is too long,
 *                   or came without having been asked for
 *   STATUS_TIMEOUT  it did not come in time
 *   STATUS_ENDED    the other side is gone, before or in the middle of its reply
 *
 * After one of these the conversation is over: there is no way back into step. An orderly error
 * reply is another matter: the worker is alive and well. Not thread-safe: one protocol, one thread.
 */
#ifndef PAYOFF_WORKERS_PROTOCOL_H
#define PAYOFF_WORKERS_PROTOCOL_H

#include "workers/channel.h"

#include <jansson.h>

#define PROTOCOL_VERSION 1

struct protocol {
    struct channel channel;
    json_int_t next_id;
};

/* Over two nonblocking descriptors, which stay the caller's; `wait` as in channel_init. */
void protocol_init(struct protocol *protocol, int send_fd, int receive_fd, channel_wait *wait,
                   void *context);
void protocol_free(struct protocol *protocol);

/* Sends `command` (an object without "id"; borrowed and unchanged) and waits for its reply.
 *
 * True: *reply is the reply, "ok" is true. False with *reply set: an orderly error reply, which
 * says so in its "error" object; the status is made from its kind: "usage" is STATUS_USAGE; "load",
 * "argument" and "exception" are STATUS_SUBJECT; "resource" and "unsupported" STATUS_UNAVAILABLE.
 * False with *reply NULL: the conversation is over, or, with STATUS_USAGE (no "cmd", or larger
 * than CHANNEL_LINE_LIMIT), nothing was sent. The caller releases *reply with json_decref. */
bool protocol_call(struct protocol *protocol, const json_t *command, double timeout_s,
                   json_t **reply, struct status *st);

/* Parses one reply line and checks it against the id: the codec of protocol_call on its own. */
bool protocol_parse(const char *line, size_t length, json_int_t id, json_t **reply,
                    struct status *st);

/* A counter reading of the protocol, base64 or "hex:…", as bytes. *data is malloc'd (never NULL on success) and the
 * caller's. `what` names it in the message. */
bool protocol_bytes(const json_t *text, const char *what, unsigned char **data, size_t *size,
                    struct status *st);

#endif
