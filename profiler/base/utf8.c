#include "base/utf8.h"

/* The lead bytes and what the second byte may be (RFC 3629, section 4); later ones are 80 … BF. */
static const struct lead {
    unsigned char first, last, low, high;
    size_t more;
} leads[] = {
    {0x00, 0x7F, 0x00, 0x00, 0}, {0xC2, 0xDF, 0x80, 0xBF, 1}, {0xE0, 0xE0, 0xA0, 0xBF, 2},
    {0xE1, 0xEC, 0x80, 0xBF, 2}, {0xED, 0xED, 0x80, 0x9F, 2}, {0xEE, 0xEF, 0x80, 0xBF, 2},
    {0xF0, 0xF0, 0x90, 0xBF, 3}, {0xF1, 0xF3, 0x80, 0xBF, 3}, {0xF4, 0xF4, 0x80, 0x8F, 3},
};

static const struct lead *lead_find(unsigned char byte)
{
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
        if (byte >= leads[i].first && byte <= leads[i].last)
            return &leads[i];
    }
    return NULL;
}

size_t utf8_valid_bytes(const char *text, size_t length)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t at = 0;
    while (at < length) {
        const struct lead *lead = lead_find(s[at]);
        if (lead == NULL || lead->more >= length - at)
            return at;
        if (lead->more > 0 && (s[at + 1] < lead->low || s[at + 1] > lead->high))
            return at;
        for (size_t i = 2; i <= lead->more; i++) {
            if (s[at + i] < 0x80 || s[at + i] > 0xBF)
                return at;
        }
        at += lead->more + 1;
    }
    return length;
}
