#include "lua/assets.h"

#include <string.h>

const struct asset *assets_find(const char *name)
{
    for (const struct asset *asset = assets_table; asset->name != NULL; asset++) {
        if (strcmp(asset->name, name) == 0)
            return asset;
    }
    return NULL;
}
