#include "workers/capture.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CAPTURE_READ = 64 * 1024, CAPTURE_READS = 64 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

void capture_add(struct capture *capture, const void *data, size_t size)
{
    const char *bytes = data;
    if (capture->total < CAPTURE_KEEP) {
        size_t part = least(size, CAPTURE_KEEP - (size_t)capture->total);
        memcpy(capture->head + capture->total, bytes, part);
        capture->total += part;
        bytes += part;
        size -= part;
    }
    if (size > CAPTURE_KEEP) { /* of more than the ring holds only the end matters */
        capture->total += size - CAPTURE_KEEP;
        bytes += size - CAPTURE_KEEP;
        size = CAPTURE_KEEP;
    }
    while (size > 0) {
        size_t at = (size_t)(capture->total % CAPTURE_KEEP);
        size_t part = least(size, CAPTURE_KEEP - at);
        memcpy(capture->tail + at, bytes, part);
        capture->total += part;
        bytes += part;
        size -= part;
    }
}

bool capture_drain(struct capture *capture, int fd)
{
    char data[CAPTURE_READ];
    for (int i = 0; i < CAPTURE_READS; i++) {
        ssize_t size = read(fd, data, sizeof data);
        if (size > 0)
            capture_add(capture, data, (size_t)size);
        else if (size == 0)
            return false;
        else if (errno != EINTR)
            return errno == EAGAIN;
    }
    return true;
}

/* Copies the last `size` bytes that came; they are in the ring. */
static void copy_tail(const struct capture *capture, char *out, size_t size)
{
    for (uint64_t at = capture->total - size; at < capture->total; at++)
        *out++ = capture->tail[at % CAPTURE_KEEP];
}

char *capture_text(const struct capture *capture, size_t *length)
{
    size_t head = (size_t)(capture->total < CAPTURE_KEEP ? capture->total : CAPTURE_KEEP);
    uint64_t rest = capture->total - head;
    size_t tail = (size_t)(rest < CAPTURE_KEEP ? rest : CAPTURE_KEEP);
    char note[80] = "";
    if (rest > tail)
        snprintf(note, sizeof note, "\n… %" PRIu64 " bytes left out …\n", rest - tail);
    char *text = malloc(head + strlen(note) + tail + 1);
    if (text == NULL)
        return NULL;
    memcpy(text, capture->head, head);
    memcpy(text + head, note, strlen(note) + 1);
    size_t used = head + strlen(note);
    copy_tail(capture, text + used, tail);
    text[used + tail] = '\0';
    if (length != NULL)
        *length = used + tail;
    return text;
}

static bool is_blank(char c)
{
    return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

void capture_last_words(const struct capture *capture, char *text, size_t size)
{
    text[0] = '\0';
    size_t length = 0;
    char *all = capture_text(capture, &length);
    if (all == NULL)
        return;
    while (length > 0 && is_blank(all[length - 1]))
        length--;
    size_t start = length;
    while (start > 0 && all[start - 1] != '\n')
        start--;
    while (start < length && is_blank(all[start]))
        start++;
    if (length - start > size - 1) {
        start = length - (size - 1);
        while (start < length && ((unsigned char)all[start] & 0xc0) == 0x80)
            start++; /* not in the middle of a character */
    }
    for (size_t i = start; i < length; i++)
        text[i - start] = (unsigned char)all[i] < 0x20 || all[i] == 0x7f ? ' ' : all[i];
    text[length - start] = '\0';
    free(all);
}
