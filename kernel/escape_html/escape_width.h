/* The two passes of escape_ext for one width of character; included once per width, with CHARACTER
 * and NAME(x) defined. No include guard for that reason. */

/* The number of characters that escaping adds; at most 5 per character. */
static Py_ssize_t NAME(growth)(const CHARACTER *text, Py_ssize_t length)
{
    Py_ssize_t growth = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        if (text[i] <= '>') {
            growth += entities[text[i]].growth;
        }
    }
    return growth;
}

static void NAME(escape)(const CHARACTER *text, Py_ssize_t length, CHARACTER *out)
{
    for (Py_ssize_t i = 0; i < length; i++) {
        const struct entity *entity = text[i] <= '>' ? &entities[text[i]] : &entities[0];
        if (entity->growth == 0) {
            *out++ = text[i];
            continue;
        }
        for (int k = 0; k <= entity->growth; k++) {
            *out++ = (CHARACTER)entity->text[k];
        }
    }
}

#undef CHARACTER
#undef NAME
