/* lua_gauge: gauge(path) -> gauge | nil, message, code; of payoff.native.machine.
 *
 *   gauge:text([most bytes]) -> what the file says now, up to 16 KiB of it | nil, message, code
 *   gauge:close()            also when it is collected */
#ifndef PAYOFF_LUA_GAUGE_H
#define PAYOFF_LUA_GAUGE_H

#include <lua.h>

int lua_gauge_new(lua_State *L);

/* Makes the class; once, before the first gauge. */
void lua_gauge_class(lua_State *L);

#endif
